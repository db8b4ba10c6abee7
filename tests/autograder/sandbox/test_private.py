"""A run's own folder is known to whoever cleans up before it is there."""

from __future__ import annotations

import fcntl
import os

import pytest

from autograder.errors import GraderFault
from autograder.sandbox import folder
from autograder.sandbox.private import PrivateFolder

PREFIX = "autograder-test-"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "place", lambda: tmp_path)


def test_it_is_ours_alone_in_use_and_gone_afterwards(tmp_path):
    with PrivateFolder(PREFIX) as path:
        assert path.parent == tmp_path
        assert path.stat().st_mode & 0o777 == 0o700
        (path / "inner").mkdir()
        (path / "inner/file").touch()
        fd = os.open(path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(fd)
    assert not list(tmp_path.iterdir())


def test_one_that_was_named_and_never_made_can_be_deleted(tmp_path):
    PrivateFolder(PREFIX).delete()
    assert not list(tmp_path.iterdir())


def test_a_signal_in_the_middle_of_making_it_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(_):
        raise SystemExit(143)

    monkeypatch.setattr(folder, "claim", interrupted)
    with pytest.raises(SystemExit), PrivateFolder(PREFIX):
        pytest.fail("it was never made")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_swept_up(tmp_path):
    left = PrivateFolder(PREFIX)
    left.path.mkdir()
    os.utime(left.path, (1e9, 1e9))
    PrivateFolder(PREFIX)
    assert not left.path.exists()


def test_no_room_is_the_machines_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "place", lambda: tmp_path / "gone")
    with pytest.raises(GraderFault, match="cannot be made: No such file"):
        PrivateFolder(PREFIX).make()
