"""A file on disk is the old one or the new one, never a part."""

from __future__ import annotations

import errno
import os

import pytest

from autograder.errors import GraderFault
from autograder.reports.whole import sweep, write_whole


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_whole(path, b"old")

    def full(_fd):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GraderFault, match=r"No space left on device.*Do: make room") as caught:
        write_whole(path, b"new and longer")
    assert str(caught.value).startswith(f"{path}: ")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_a_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(GraderFault, match="cannot be written"):
        write_whole(tmp_path / "reports" / "s.json", b"{}")


def test_what_a_killed_run_left_half_written_is_swept_and_nothing_else(tmp_path):
    write_whole(tmp_path / "report.json", b"{}")
    (tmp_path / ".writing-abcd1234").write_text("{")
    (tmp_path / ".writing-folder").mkdir()
    sweep(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == [".writing-folder", "report.json"]


def test_ctrl_c_in_the_middle_leaves_nothing_half_written(tmp_path, monkeypatch):
    def interrupted(_fd):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "report.json", b"{}")
    assert not list(tmp_path.iterdir())
