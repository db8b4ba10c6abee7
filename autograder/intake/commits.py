"""When a student's git repository says that an assignment was last committed.

What lies in a student's .git is theirs: its configuration and hooks can name programs for git to
run. So git never works in it. It works in an empty repository of our own, which borrows nothing
but the student's objects, and the student's HEAD is read as text.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from autograder.intake.folders import read_plain
from autograder.intake.submission import Rejection

TIMEOUT_S = 10.0  # for each of two calls; of a repository that honest work makes, milliseconds
MAX_MEMORY = 2 << 30  # bytes of address space: an object may claim any size
_MAX_TEXT = 1 << 20  # bytes of HEAD, a branch, or packed-refs
_ID = re.compile(r"[0-9a-f]{40}")
_BRANCH = re.compile(r"ref: (refs/heads/[^\x00-\x20~^:?*\[\\]+)")
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_SAFE = ("-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false", "--no-replace-objects")


def commit_time(folder: Path, assignment: str, files: Mapping[str, bytes]) -> datetime | None:
    """The committer's time of the last commit that changed the assignment's `files`.

    None without a repository, or where HEAD does not hold these very files: then the commit says
    nothing of when they came to be. The student can set this time to anything.
    """
    home = folder / ".git"
    if not files or home.is_symlink() or not home.is_dir():
        return None
    try:
        head = _head(home)
        objects = _objects(home)
        shallow = _text(home, "shallow")
    except Rejection:
        return None
    if not head:
        return None
    names = [f"{assignment}/{name}" for name in sorted(files)]
    with tempfile.TemporaryDirectory(prefix="autograder-git-") as own:
        _lay_out(Path(own), objects, shallow)
        listed = _git(Path(own), ["ls-tree", "-z", head, "--", *names])
        if listed is None or not _holds(listed, assignment, files):
            return None
        return _time(_git(Path(own), ["log", "-1", "--format=%ct", head, "--", *names]))


def _head(home: Path) -> str:
    """The id of the commit that is checked out; nothing where that cannot be told."""
    text = _text(home, "HEAD").strip()
    if _ID.fullmatch(text):
        return text
    match = _BRANCH.fullmatch(text)
    if not match or ".." in match[1]:
        return ""
    if _ID.fullmatch(own := _text(home, match[1]).strip()):
        return own
    line = rf"^([0-9a-f]{{40}}) {re.escape(match[1])}$"
    packed = re.search(line, _text(home, "packed-refs"), re.MULTILINE)
    return packed[1] if packed else ""


def _text(home: Path, name: str) -> str:
    """A file's text, or nothing where there is none. Raises Rejection for a link out of it."""
    path = home / name
    if not os.path.isfile(path):  # unlike Path.is_file, it bears a name that is too long
        return ""
    return read_plain(home, path, _MAX_TEXT).decode("utf-8", "replace")


def _objects(home: Path) -> Path:
    """Where the objects lie. Raises Rejection for what leads elsewhere."""
    objects = home / "objects"
    if objects.is_symlink() or not objects.is_dir() or "\n" in str(objects.resolve()):
        raise Rejection(f"{objects}: no plain folder")
    if os.path.lexists(objects / "info" / "alternates"):
        raise Rejection(f"{objects}: borrows from elsewhere")
    return objects.resolve()


def _lay_out(own: Path, objects: Path, shallow: str) -> None:
    """An empty repository that borrows these objects."""
    for name in ("objects/info", "refs"):
        (own / name).mkdir(parents=True)
    (own / "config").write_text(_CONFIG)
    (own / "HEAD").write_text("ref: refs/heads/none\n")
    (own / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    if ends := [line for line in shallow.splitlines() if _ID.fullmatch(line)]:
        (own / "shallow").write_text("".join(f"{one}\n" for one in ends))


def _git(own: Path, arguments: Sequence[str]) -> bytes | None:
    """What git prints; None where it fails, hangs, wants too much, or is not installed."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(own),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    bounded = ["prlimit", f"--as={MAX_MEMORY}", "--core=0", "--"]
    command = [*bounded, "git", *_SAFE, f"--git-dir={own}", *arguments]
    try:
        result = subprocess.run(
            command, cwd=own, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout if result.returncode == 0 else None


def _holds(listed: bytes, assignment: str, files: Mapping[str, bytes]) -> bool:
    """Whether the listed tree has these bytes, or had them before Windows changed line ends."""
    blobs = {}
    for entry in filter(None, listed.split(b"\0")):
        meta, _, name = entry.partition(b"\t")
        blobs[name.decode("utf-8", "replace")] = meta.split()[-1].decode("ascii", "replace")
    return all(
        blobs.get(f"{assignment}/{name}") in (_blob(data), _blob(data.replace(b"\r\n", b"\n")))
        for name, data in files.items()
    )


def _blob(data: bytes) -> str:
    """The id that git gives to a file of these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _time(printed: bytes | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(printed or b""), UTC)
    except (ValueError, OverflowError, OSError):
        return None
