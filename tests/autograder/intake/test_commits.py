"""Commit times from real repositories, honest and hostile; git runs nothing that they name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from datetime import UTC, datetime

import pytest

from autograder.intake.commits import commit_time

FILES = {"tiny.py": b"x = 1\n"}
FIRST, SECOND = "2026-10-01T12:00:00+08:00", "2026-10-05T12:00:00+08:00"
NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)


def _git(folder, *arguments, at=FIRST):
    environment = {
        **os.environ,
        "GIT_COMMITTER_DATE": at,
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",  # which nobody asks for
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    command = ["git", "-c", "user.name=s", "-c", "user.email=s@x", *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def _write(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _commit(folder, at=FIRST):
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "x", at=at)


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "s01"
    _write(folder, "tiny/tiny.py", FILES["tiny.py"])
    _git(folder, "init", "--quiet")
    _commit(folder)
    return folder


def test_it_is_the_committers_time(repository):
    assert commit_time(repository, "tiny", FILES) == NOON


def test_work_on_something_else_does_not_make_it_later(repository):
    _write(repository, "other/other.py", b"y = 2\n")
    _write(repository, "tiny/notes.txt", b"mine\n")
    _commit(repository, at=SECOND)
    assert commit_time(repository, "tiny", FILES) == NOON


def test_the_last_change_of_a_file_counts(repository):
    _write(repository, "tiny/tiny.py", b"x = 2\n")
    _commit(repository, at=SECOND)
    assert commit_time(repository, "tiny", {"tiny.py": b"x = 2\n"}).day == 5


def test_what_is_not_committed_has_no_time(repository):
    _write(repository, "tiny/tiny.py", b"x = 3\n")
    assert commit_time(repository, "tiny", {"tiny.py": b"x = 3\n"}) is None
    assert commit_time(repository, "tiny", {**FILES, "form.json": b"{}"}) is None


def test_line_ends_of_windows_are_the_same_file(repository):
    assert commit_time(repository, "tiny", {"tiny.py": b"x = 1\r\n"}) == NOON


def test_a_packed_repository_and_a_detached_head_are_read_as_well(repository):
    _git(repository, "gc", "--quiet")
    assert not (repository / ".git/refs/heads/master").exists()
    assert commit_time(repository, "tiny", FILES) == NOON
    _git(repository, "checkout", "--quiet", "--detach")
    assert commit_time(repository, "tiny", FILES) == NOON


def test_so_is_a_shallow_clone(repository, tmp_path):
    _write(repository, "other.py", b"y\n")
    _commit(repository, at=SECOND)
    clone = tmp_path / "clone"
    _git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", str(clone))
    assert commit_time(clone, "tiny", FILES).day == 5  # what came before is not there to be seen


def test_without_a_repository_of_its_own_there_is_no_time(repository):
    inner = repository / "s02"
    _write(inner, "tiny/tiny.py", FILES["tiny.py"])
    _commit(repository)  # the class's repository says nothing of a student
    assert commit_time(inner, "tiny", FILES) is None


def test_nothing_that_the_repository_names_is_run(repository, tmp_path):
    ran = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {ran}\n")
    evil.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "gpg.program", "diff.external",
                "core.alternateRefsCommand", "remote.origin.uploadpack"):  # fmt: skip
        _git(repository, "config", key, str(evil))
    _git(repository, "config", "log.showSignature", "true")
    _git(repository, "config", "core.repositoryformatversion", "1")
    _git(repository, "config", "extensions.partialClone", "origin")
    _git(repository, "config", "remote.origin.url", f"ext::{evil}")
    for hook in ("post-checkout", "reference-transaction", "pre-auto-gc"):
        shutil.copy(evil, repository / ".git/hooks" / hook)
    assert commit_time(repository, "tiny", FILES) == NOON
    assert not ran.exists()


def test_objects_from_elsewhere_are_not_borrowed(repository, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(repository, other)
    objects = other / ".git/objects"
    (objects / "info/alternates").write_text(f"{repository}/.git/objects\n")
    assert commit_time(other, "tiny", FILES) is None
    shutil.rmtree(objects)
    objects.symlink_to(repository / ".git/objects")
    assert commit_time(other, "tiny", FILES) is None


@pytest.mark.parametrize(
    "head",
    [b"", b"ref: refs/heads/../../../x", b"ref: /etc/passwd", b"ref: refs/heads/none",
     b"--help", b"0" * 40, b"\xff\xfe", b"ref: refs/heads/" + b"x" * 3000],
)  # fmt: skip
def test_a_broken_head_has_no_time(repository, head):
    (repository / ".git/HEAD").write_bytes(head)
    assert commit_time(repository, "tiny", FILES) is None


def test_a_head_that_leads_out_is_not_followed(repository, tmp_path):
    head = repository / ".git/HEAD"
    outside = tmp_path / "outside"
    outside.write_bytes(head.read_bytes())
    head.unlink()
    head.symlink_to(outside)
    assert commit_time(repository, "tiny", FILES) is None


PEAK = """
import resource, sys
from pathlib import Path
from autograder.intake import commits
commits.MAX_MEMORY = int(sys.argv[2])
assert commits.commit_time(Path(sys.argv[1]), "tiny", {"tiny.py": b"x = 1\\n"}) is None
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
"""


def _peak_mib(folder, limit_mib):
    """The memory that git takes for a repository of which no time is known."""
    command = [sys.executable, "-c", PEAK, str(folder), str(limit_mib << 20)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(result.stdout)


def test_an_object_as_large_as_it_likes_is_not_unpacked(repository):
    head = "f" * 40
    path = repository / ".git/objects" / head[:2] / head[2:]
    path.parent.mkdir(exist_ok=True)
    bomb = zlib.compressobj(1)
    with path.open("wb") as file:
        file.write(bomb.compress(b"commit %d\0" % (500 << 20)))
        for _ in range(500):
            file.write(bomb.compress(bytes(1 << 20)))
        file.write(bomb.flush())
    (repository / ".git/HEAD").write_text(head)
    assert _peak_mib(repository, 2048) > 400  # git takes it whole
    assert _peak_mib(repository, 256) < 256


def test_a_broken_object_has_no_time(repository):
    for path in (repository / ".git/objects").glob("??/*"):
        path.chmod(0o644)
        path.write_bytes(b"rubbish")
    assert commit_time(repository, "tiny", FILES) is None
