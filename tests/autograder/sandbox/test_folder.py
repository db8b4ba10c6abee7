"""Folders: counted without following links, and deleted however they were left."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.sandbox import folder


def test_files_folders_and_links_are_counted_and_links_are_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    (inside / "a" / "b").mkdir(parents=True)
    (inside / "a" / "file").write_bytes(bytes(1000))
    (tmp_path / "large").write_bytes(bytes(10**6))
    (inside / "link").symlink_to(tmp_path / "large")
    (inside / "loop").symlink_to(inside)
    usage = folder.measure(inside, 100)
    assert usage.entries == 5
    assert usage.size < 10**6


def test_counting_stops_past_what_was_asked_for(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / str(number)).touch()
    assert folder.measure(tmp_path, 10).entries == 11


def test_a_folder_that_is_gone_or_has_become_a_file_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert folder.measure(tmp_path / "gone", 10).entries == 0
    assert folder.measure(tmp_path / "file", 10).entries == 0


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENAMETOOLONG])
def test_a_folder_that_cannot_be_listed_counts_as_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_path: str) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "scandir", refuse)
    assert folder.measure(tmp_path, 10).entries == 11


def test_a_tree_deeper_than_any_path_can_name_is_deleted(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    long = "/".join(["d" * 200] * 15)
    for turn in range(3):
        (top / long).mkdir(parents=True)
        if turn:
            (top / "deep").rename(top / long / "e")
        (top / ("d" * 200)).rename(top / "deep")
    folder.delete(top)
    assert not top.exists()


def test_memory_is_preferred_where_it_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    free = os.statvfs_result((1, 1, 0, 0, 0, 0, 0, 0, 0, 0))
    assert folder.place() in (folder.MEMORY, None)
    monkeypatch.setattr(os, "statvfs", lambda _: free)
    assert folder.place() is None


def test_closed_folders_pipes_and_links_out_are_deleted(tmp_path: Path) -> None:
    top, kept = tmp_path / "top", tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    (top / "a" / "b").mkdir(parents=True)
    (top / "link").symlink_to(kept)
    (top / "closed").mkdir()
    (top / "closed" / "file").touch()
    os.mkfifo(top / "pipe")
    (top / "closed").chmod(0)
    folder.delete(top)
    assert not top.exists()
    assert (kept / "file").exists()


def test_what_a_killed_grader_left_is_swept_up_and_what_is_in_use_stays(tmp_path):
    folders = {
        name: tmp_path / f"box-{name}"
        for name in ("0000left", "0000used", "000fresh", "my-own-files")
    }
    for path in folders.values():
        (path / "child").mkdir(parents=True)
    for name in ("0000left", "0000used", "my-own-files"):
        os.utime(folders[name], (0, 0))
    claim = folder.claim(folders["0000used"])
    try:
        folder.sweep(tmp_path, "box-")
    finally:
        os.close(claim)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "box-0000used",
        "box-000fresh",
        "box-my-own-files",
    ]
