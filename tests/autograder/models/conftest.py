"""A package index and a model hub on this machine, and a cache that no other test shares."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from autograder.models.catalogue import CATALOGUE, Source
from autograder.models.origins import Member, Package
from autograder.models.store import is_present

DATA = b"seven words\n" * 4000
WHEEL = "tiny_data-1.0-py3-none-any.whl"


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache, seen from an empty folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "cache" / "autograder"


@pytest.fixture
def needs() -> Callable[..., None]:
    """Skips a test where real data is not on this machine."""

    def skip(*names: str) -> None:
        for name in names:
            if not is_present(name):
                pytest.skip(f"{name} is not on this machine: `autograder fetch {name}` brings it")

    return skip


@dataclass
class Index:
    """A package index with one wheel, which it serves whole, or cut off half-way, or stalled."""

    wheel: bytes
    manner: str = "whole"  # or "cut", "stall"
    downloads: int = 0
    stalled: threading.Event = field(default_factory=threading.Event)  # it waits, half sent
    go_on: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if not request.path.endswith(WHEEL):
            page = f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()
            return _send(request, page, "text/html")
        self.downloads += 1
        half = len(self.wheel) // 2
        if self.manner == "whole":
            return _send(request, self.wheel, "application/zip")
        _send(request, self.wheel[:half], "application/zip", length=len(self.wheel))
        if self.manner == "stall":
            request.wfile.flush()
            self.stalled.set()
            self.go_on.wait(60)
            if self.manner == "whole":  # by now
                request.wfile.write(self.wheel[half:])
                return None
        request.close_connection = True
        return None


def _send(request: BaseHTTPRequestHandler, data: bytes, kind: str, length: int = -1) -> None:
    request.send_response(200)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(data) if length < 0 else length))
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(data)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[BaseHTTPRequestHandler], None]], str]]:
    """Starts a server on this machine that answers by the given function; returns its address."""
    servers = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, *_args) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def index(serve, monkeypatch) -> Iterator[Index]:
    """The index that pip uses in this test."""
    made = Index(wheel())
    use_index(monkeypatch, f"{serve(made.answer)}/simple")
    yield made
    made.go_on.set()


def use_index(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def wheel() -> bytes:
    """A wheel that carries data.txt."""
    info = "tiny_data-1.0.dist-info"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("tiny_data/data.txt", DATA)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-data\nVersion: 1.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return out.getvalue()


@pytest.fixture
def tiny(index, cache, monkeypatch) -> Source:
    """A source in the catalogue, from the wheel of `index`."""
    data = Member("tiny_data/data.txt", len(DATA), hashlib.sha256(DATA).hexdigest())
    checksum = hashlib.sha256(index.wheel).hexdigest()
    package = Package("tiny-data==1.0", checksum, len(index.wheel), (data,))
    return add_source(monkeypatch, package)


def add_source(monkeypatch: pytest.MonkeyPatch, origin, files=("data.txt",)) -> Source:
    source = Source("tiny", "seven words", "七个词", "a test", "测试", "CC0", 48_000, files, origin)
    monkeypatch.setitem(CATALOGUE, "tiny", source)
    return source
