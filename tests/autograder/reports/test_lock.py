"""One run at a time in a folder of reports."""

from __future__ import annotations

import errno
import fcntl
import os

import pytest

from autograder.errors import CourseError, GraderFault
from autograder.reports.lock import alone_in


def test_a_second_run_is_refused_until_the_first_has_ended(tmp_path):
    with alone_in(tmp_path):
        with pytest.raises(CourseError) as caught, alone_in(tmp_path):
            pass
        assert str(caught.value) == (
            f"{tmp_path}: another run writes here (process {os.getpid()}). "
            "Do: wait for it, or choose another --output"
        )
    with alone_in(tmp_path):
        pass


def test_two_folders_are_two_locks(tmp_path):
    (tmp_path / "other").mkdir()
    with alone_in(tmp_path), alone_in(tmp_path / "other"):
        pass


def test_a_folder_in_the_place_of_the_lock_is_one_line(tmp_path):
    (tmp_path / ".lock").mkdir()
    complaint = r"cannot be written in \(Is a directory\)\. Do: "
    with pytest.raises(CourseError, match=complaint), alone_in(tmp_path):
        pass


def test_a_full_disk_is_our_fault_and_not_the_calls(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(GraderFault, match="No space left on device"), alone_in(tmp_path):
        pass


def test_a_file_system_without_locks_keeps_nobody_out(tmp_path, monkeypatch):
    def unknown(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unknown)
    with alone_in(tmp_path), alone_in(tmp_path):
        pass
