"""A package's own code, which pip runs for an sdist's metadata, meets nothing of ours."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile

import pytest

from autograder.models.fetch import fetch
from autograder.models.origins import Member, Package
from autograder.models.registry import _reason

BACKEND = """
import json, os, pathlib

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    pathlib.Path({seen!r}).write_text(json.dumps(dict(os.environ)))
    info = pathlib.Path(folder, "spy-1.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\\nName: spy\\nVersion: 1.0\\n")
    return info.name

def build_wheel(folder, config_settings=None, metadata_directory=None):
    raise AssertionError("nothing is built")
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


def test_a_packages_own_code_sees_no_secret_and_writes_where_it_is_swept(
    cache, tmp_path, monkeypatch
):
    monkeypatch.setenv("COURSE_TOKEN", "hush")
    seen = tmp_path / "seen.json"
    _add_spy(tmp_path, monkeypatch, BACKEND.format(seen=str(seen)))
    fetch("tiny")
    environment = json.loads(seen.read_text())
    assert "hush" not in environment.values()
    assert environment["TMPDIR"].startswith(f"{cache}/.tiny.part/")
    assert environment["HOME"] == os.environ["HOME"]  # pip finds the person's settings


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("ERROR: first\nERROR: No matching distribution found", "No matching distribution found"),
        ("python: No module named pip\n", "python: No module named pip"),
        ("", "no reason given"),
    ],
)
def test_pips_reason_is_told_in_one_line(output, reason):
    assert _reason(output) == reason


def _add_spy(tmp_path, monkeypatch, backend: str) -> None:
    from autograder.models.catalogue import CATALOGUE, Source

    folder = tmp_path / "wheels"
    folder.mkdir()
    files = {"pyproject.toml": PYPROJECT, "backend.py": backend, "data.txt": "data",
             "PKG-INFO": "Metadata-Version: 2.1\nName: spy\nVersion: 1.0\n"}  # fmt: skip
    with tarfile.open(folder / "spy-1.0.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"spy-1.0/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    data = (folder / "spy-1.0.tar.gz").read_bytes()
    member = Member("spy-1.0/data.txt", 4, hashlib.sha256(b"data").hexdigest())
    package = Package("spy==1.0", hashlib.sha256(data).hexdigest(), len(data), (member,))
    source = Source("tiny", "a", "a", "b", "b", "CC0", 4, ("data.txt",), package)
    monkeypatch.setitem(CATALOGUE, "tiny", source)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
