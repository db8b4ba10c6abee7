"""A file on disk is the old one or the new one, never a part."""

from __future__ import annotations

import errno
import os

import pytest

from autograder.errors import GraderFault
from autograder.reports.whole import write_whole


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
