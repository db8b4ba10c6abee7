"""From a hub come data files alone, each checked against what the hub says of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import pytest

from autograder.errors import CourseError, GraderFault
from autograder.models.catalogue import CATALOGUE, Source
from autograder.models.fetch import fetch
from autograder.models.origins import Hub
from autograder.models.store import is_present

REVISION = "5" * 40
LARGE = bytes(range(256)) * 40


@dataclass
class FakeHub:
    """A hub with one repository; `sent` differs from `files` where a test says so."""

    files: dict[str, bytes]
    sent: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, request) -> None:
        path = request.path.partition("?")[0]
        if path.startswith("/api/"):
            listing = {"id": "some/model", "sha": REVISION, "siblings": list(self._siblings())}
            return self._send(request, json.dumps(listing).encode())
        name = path.removeprefix(f"/some/model/resolve/{REVISION}/")
        if request.command == "GET":
            self.asked.append(name)
        return self._send(request, self.sent.get(name, self.files[name]))

    def _siblings(self):
        for name, data in self.files.items():
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324
            entry = {"rfilename": name, "size": len(data), "blobId": blob}
            if name.endswith((".safetensors", ".bin")):
                sha256 = hashlib.sha256(data).hexdigest()
                entry["lfs"] = {"size": len(data), "sha256": sha256, "pointerSize": 134}
            yield entry

    @staticmethod
    def _send(request, data: bytes) -> None:
        request.send_response(200)
        request.send_header("X-Repo-Commit", REVISION)
        request.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)


@pytest.fixture
def hub(serve, cache, tmp_path, monkeypatch) -> FakeHub:
    """What the catalogue's source `tiny` comes from in this test."""
    hub = FakeHub({"config.json": b"{}", "model.safetensors": LARGE, "README.md": b"hello",
                   "pytorch_model.bin": b"pickle", "run.py": b"1/0"})  # fmt: skip
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    _point_to(monkeypatch, serve(hub.answer))
    return hub


def _point_to(monkeypatch, address: str) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    for module in ("constants", "file_download"):
        name = f"huggingface_hub.{module}.HUGGINGFACE_CO_URL_TEMPLATE"
        monkeypatch.setattr(name, template, raising=False)
    origin = Hub("some/model", ("*.json", "*.safetensors", "*.md", "*.py", "*.bin"))
    source = Source("tiny", "a model", "模型", "a test", "测试", "CC0", 1, FILES, origin)
    monkeypatch.setitem(CATALOGUE, "tiny", source)


FILES = ("config.json", "model.safetensors")


def test_only_data_files_are_brought(hub, cache):
    assert fetch("tiny") == cache / "tiny"
    brought = sorted(path.name for path in (cache / "tiny").iterdir())
    assert brought == ["config.json", "model.safetensors", "source.json"]
    assert (cache / "tiny" / "model.safetensors").read_bytes() == LARGE
    assert sorted(hub.asked) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_what_the_hub_says_is_refused(hub, cache, name):
    hub.sent[name] = hub.files[name][:-1] + b"?"
    with pytest.raises(GraderFault, match=f"{name}: not what the hub says it is"):
        fetch("tiny")
    assert not is_present("tiny")


def test_a_repository_with_nothing_but_a_pickle_is_refused_by_name(hub):
    del hub.files["model.safetensors"]
    with pytest.raises(CourseError, match=r"^some/model/pytorch_model.bin: not read, since a pick"):
        fetch("tiny")
    assert hub.asked == []


def test_a_repository_without_the_file_is_one_line(hub):
    del hub.files["model.safetensors"], hub.files["pytorch_model.bin"]
    with pytest.raises(CourseError, match=r"some/model: no model.safetensors there. Do: "):
        fetch("tiny")


def test_no_hub_is_one_line_with_each_way_to_get_it(cache, monkeypatch):
    _point_to(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(GraderFault) as caught:
        fetch("tiny")
    told = str(caught.value)
    assert "\n" not in told
    assert "needed for a test, is not on this machine, and the hub can't bring some/model" in told
    assert "Do: `autograder fetch tiny`" in told
    assert "into model/tiny/" in told
