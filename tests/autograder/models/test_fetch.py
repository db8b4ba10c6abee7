"""A source is brought whole or not at all, whatever happens on the way."""

from __future__ import annotations

import dataclasses
import errno
import os
import signal
import subprocess
import sys

import pytest

from autograder.errors import CourseError, GraderFault
from autograder.models.catalogue import CATALOGUE
from autograder.models.fetch import fetch
from autograder.models.store import is_present, locate

SCRIPT = """
from autograder.models.catalogue import CATALOGUE, Source
from autograder.models.fetch import fetch
from autograder.models.origins import Member, Package

CATALOGUE["tiny"] = {source!r}
print(fetch("tiny"))
"""


def test_what_is_fetched_is_found_and_not_fetched_twice(tiny, index, cache):
    with pytest.raises(CourseError, match="not on this machine"):
        locate("tiny")
    assert fetch("tiny") == locate("tiny") == cache / "tiny"
    assert (cache / "tiny" / "data.txt").stat().st_size == 48_000
    assert fetch("tiny") == cache / "tiny"
    assert index.downloads == 1
    assert _visible(cache) == ["tiny"]


def test_a_laid_folder_is_taken_instead(tiny, index, tmp_path):
    laid = tmp_path / "here" / "model" / "tiny"
    laid.mkdir(parents=True)
    (laid / "data.txt").write_text("mine")
    assert fetch("tiny") == laid
    assert index.downloads == 0


def test_a_laid_folder_that_lacks_a_file_is_not_passed_over(tiny, index, tmp_path):
    (tmp_path / "here" / "model" / "tiny").mkdir(parents=True)
    with pytest.raises(CourseError, match=r"no data.txt there"):
        fetch("tiny")
    assert index.downloads == 0


def test_a_file_that_has_changed_since_is_fetched_again(tiny, index, cache):
    data = fetch("tiny") / "data.txt"
    whole = data.read_bytes()
    data.write_bytes(whole.replace(b"s", b"z", 1))  # as long as before
    fetch("tiny")
    assert data.read_bytes() == whole
    assert index.downloads == 2


def test_a_download_cut_off_half_way_leaves_nothing(tiny, index, cache):
    index.manner = "cut"
    with pytest.raises(GraderFault) as caught:
        fetch("tiny")
    _is_one_line_with_a_way_out(caught.value)
    assert _visible(cache) == []
    index.manner = "whole"
    assert fetch("tiny") == cache / "tiny"


def test_an_archive_with_another_checksum_is_refused(tiny, index, cache):
    index.wheel = index.wheel.replace(b"tiny_data/data.txt", b"tiny_data/date.txt")
    with pytest.raises(GraderFault, match="SHA-256 is not the expected one") as caught:
        fetch("tiny")
    _is_one_line_with_a_way_out(caught.value)
    assert _visible(cache) == []


def test_a_member_with_another_checksum_is_refused(tiny, cache, monkeypatch):
    other = dataclasses.replace(tiny.origin.members[0], sha256="0" * 64)
    origin = dataclasses.replace(tiny.origin, members=(other,))
    monkeypatch.setitem(CATALOGUE, "tiny", dataclasses.replace(tiny, origin=origin))
    with pytest.raises(GraderFault, match=r"tiny_data/data.txt: not the expected file"):
        fetch("tiny")
    assert _visible(cache) == []


def test_no_registry_is_one_line(tiny, cache, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(GraderFault, match="the package index doesn't answer") as caught:
        fetch("tiny")
    _is_one_line_with_a_way_out(caught.value)


def test_a_full_disk_leaves_nothing(tiny, cache, monkeypatch):
    def full(_fd):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(GraderFault, match=r"No space left on device.*Do: make room"):
            fetch("tiny")
    assert _visible(cache) == []
    assert fetch("tiny") == cache / "tiny"


@pytest.mark.parametrize("room", ["40k", "100k"])  # full while pip writes, while we write
def test_a_disk_that_really_is_full_leaves_nothing(tiny, cache, room):
    cache.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(cache)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        with pytest.raises(GraderFault, match=r"No space left on device.*Do: make room"):
            fetch("tiny")
        assert _visible(cache) == []
    finally:
        subprocess.run(["umount", str(cache)], check=True)  # noqa: S607


def test_a_killed_fetch_is_never_used_and_swept_by_the_next(tiny, index, cache):
    index.manner = "stall"
    killed = _start(tiny)
    assert index.stalled.wait(60)
    assert list(cache.glob(".tiny.part/scratch/**/*"))
    os.kill(killed.pid, signal.SIGKILL)  # its pip goes on, and holds the lock until it ends
    killed.communicate()
    assert not is_present("tiny")
    index.manner = "whole"
    index.go_on.set()
    assert fetch("tiny") == cache / "tiny"
    assert not list(cache.glob(".tiny.part"))


def test_two_fetches_at_once_bring_it_once(tiny, index, cache):
    index.manner = "stall"
    first = _start(tiny)
    assert index.stalled.wait(60)
    second = _start(tiny)
    assert second.stderr.readline() == "tiny: another fetch brings it; waiting\n"
    index.manner = "whole"  # what stalled goes on
    index.go_on.set()
    for one in (first, second):
        out, error = one.communicate(timeout=120)
        assert out.strip() == str(cache / "tiny"), error
    assert index.downloads == 1


def _start(source) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT.format(source=source)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def _visible(cache) -> list[str]:
    """What the cache holds besides the empty locks."""
    return sorted(path.name for path in cache.iterdir() if not path.name.endswith(".lock"))


def _is_one_line_with_a_way_out(error: Exception) -> None:
    assert "\n" not in str(error)
    assert "needed for a test" in str(error)
    assert "Do: `autograder fetch tiny`" in str(error)
    assert "model/tiny/" in str(error)
