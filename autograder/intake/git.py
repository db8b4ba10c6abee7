"""Reads a branch of a repository that nobody trusts: into a bare repository, never checked out.

What makes a checkout run something (hooks, filters, Git LFS, submodules, links) is not there: git
fetches objects, and of those, files are read as bytes. git gets no terminal and asks nobody for a
password; each of its runs is bounded in time, memory and the size of files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.intake.submission import printable

MAX_PACK = 512 << 20  # bytes of any file that git writes: of what one fetch brings, say
MAX_MEMORY = 2 << 30  # bytes of address space of each process: an object may claim any size
MAX_OUTPUT = 4 << 20  # bytes of an answer: of the names in a commit, say
FETCH_S = 300.0
READ_S = 60.0

_DEPTHS = (1, 16, 256, 2**31 - 1)  # the last is git's number for all of the history
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.bigFileThreshold=1m",  # a larger file is not unpacked in memory
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "pack.threads=1",
)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C",
}
_OTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE",
           "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")  # fmt: skip


class GitTrouble(Exception):
    """Why a repository could not be read, in one line, with what to do."""


class NothingThere(GitTrouble):
    """The repository can be read, and holds nothing that counts."""


class _Failed(GitTrouble):
    """git said no; `said` are its own words, in one line."""

    def __init__(self, said: str) -> None:
        super().__init__(f"git says: {said}. Do: run again, or ask the student to push again")
        self.said = said


@dataclass(frozen=True)
class Commit:
    """A commit, and the times that its author's machine told. Seconds since 1970."""

    id: str
    committed: int
    authored: int


@dataclass(frozen=True)
class Blob:
    """A file of a commit."""

    path: str
    id: str
    size: int  # bytes


@dataclass(frozen=True)
class Listing:
    """What a commit holds below some folders."""

    files: tuple[Blob, ...]
    others: tuple[str, ...]  # links and submodules, by path


class Git:
    """Runs git; may be used by several threads, and stopped by another one."""

    def __init__(self) -> None:
        for tool, package in (("git", "git"), ("prlimit", "util-linux")):
            if shutil.which(tool) is None:
                raise CourseError(f"{tool}: not installed. Do: apt-get install {package}")
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_stopped = False

    def stop(self) -> None:
        """Ends what runs, and lets nothing more begin."""
        with self._lock:
            self._is_stopped = True
            for process in self._running:
                _kill(process)

    def run(self, *arguments: str, given: bytes = b"", seconds: float = READ_S,
            most: int = MAX_OUTPUT) -> bytes:  # fmt: skip
        """git's answer. Raises GitTrouble where it fails, takes too long or says too much."""
        settings = [word for one in _SETTINGS for word in ("-c", one)]
        bounds = [f"--fsize={MAX_PACK}", f"--as={MAX_MEMORY}", "--core=0"]
        command = ["prlimit", *bounds, "git", *settings, *arguments]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
            with self._started(command, out.fileno(), told.fileno()) as process:
                try:
                    process.communicate(given, timeout=seconds)
                except subprocess.TimeoutExpired:
                    raise _Failed(f"nothing for {seconds:.0f} s") from None
            if process.returncode:
                raise _Failed(_reason(process.returncode, _content(told.fileno(), 1 << 16)))
            if os.fstat(out.fileno()).st_size > most:
                raise GitTrouble("too much in it. Do: ask the student to hand in the template's "
                                 "files only")  # fmt: skip
            return _content(out.fileno(), most)

    @contextlib.contextmanager
    def _started(
        self, command: Sequence[str], out: int, told: int
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A process in a session of its own, without a terminal; it does not outlive the block."""
        environment = {k: v for k, v in os.environ.items() if k not in _OTHERS} | _ENVIRONMENT
        with self._lock:
            if self._is_stopped:
                raise GitTrouble("stopped. Do: run again")
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=told,
                                       env=environment, start_new_session=True)  # fmt: skip
            self._running.add(process)
        try:
            yield process
        finally:
            _kill(process)
            process.communicate()
            with self._lock:
                self._running.discard(process)


class Branch:
    """The default branch of a repository, fetched into an empty folder of ours."""

    def __init__(self, git: Git, url: str, folder: Path) -> None:
        self._git = git
        self._url = url
        self._here = ("-C", str(folder))
        git.run("init", "--quiet", "--bare", "--template=", "--", str(folder))

    def last_commit(self, until: int | None) -> tuple[Commit, bool]:
        """The branch's last commit, of those committed by `until`, and whether it is the newest.

        No deeper than needed: first the newest alone. Raises NothingThere and GitTrouble.
        """
        limit = [] if until is None else [f"--min-age={until}"]
        for depth in _DEPTHS:
            self._fetch(depth)
            said = self._run("rev-list", "--first-parent", "-1", *limit, "FETCH_HEAD", "--")
            if found := said.decode().strip():
                tip = self._run("rev-parse", "--verify", "FETCH_HEAD").decode().strip()
                return self._commit(found), found == tip
            if self._run("rev-parse", "--is-shallow-repository").strip() == b"false":
                break
        raise NothingThere("no commit by the deadline. Do: ask the student, or collect with a "
                           "later one")  # fmt: skip

    def list_files(self, commit: Commit, folders: Sequence[str]) -> Listing:
        """What lies below the folders."""
        said = self._run("ls-tree", "-r", "-z", "--long", "--full-tree", commit.id, "--", *folders)
        files: list[Blob] = []
        others: list[str] = []
        for entry in filter(None, said.split(b"\0")):
            about, _, name = entry.partition(b"\t")
            mode, kind, identity, size = about.split()
            path = os.fsdecode(name)
            if kind == b"blob" and mode.startswith(b"100"):
                files.append(Blob(path, identity.decode(), int(size)))
            else:
                others.append(path)
        return Listing(tuple(files), tuple(others))

    def read(self, blobs: Sequence[Blob]) -> Iterator[tuple[Blob, bytes]]:
        """The files' bytes, all at once in memory."""
        asked = "".join(f"{one.id}\n" for one in blobs).encode()
        said = self._run("cat-file", "--batch", given=asked, most=sum(b.size + 128 for b in blobs))
        start = 0
        for one in blobs:
            stop = said.find(b"\n", start)
            if said[start:stop].split()[1:] != [b"blob", str(one.size).encode()]:
                raise _Failed(f"{printable(one.path)} is missing")
            start = stop + 1 + one.size + 1
            yield one, said[stop + 1 : start - 1]

    def _fetch(self, depth: int) -> None:
        try:
            self._run("fetch", "--quiet", "--no-tags", f"--depth={depth}", "--", self._url, "HEAD",
                      seconds=FETCH_S)  # fmt: skip
        except _Failed as failed:
            if "remote ref HEAD" in failed.said:
                raise NothingThere("empty. Do: ask the student to push") from failed
            raise GitTrouble(f"cannot be fetched ({failed.said}). Do: check the URL, and that git "
                             "may read it without a question") from failed  # fmt: skip

    def _commit(self, revision: str) -> Commit:
        said = self._run("log", "-1", "--no-show-signature", "--format=%H %ct %at", revision, "--")
        identity, committed, authored = said.decode().split()
        return Commit(identity, int(committed), int(authored))

    def _run(self, *arguments: str, given: bytes = b"", seconds: float = READ_S,
             most: int = MAX_OUTPUT) -> bytes:  # fmt: skip
        return self._git.run(*self._here, *arguments, given=given, seconds=seconds, most=most)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it is over
        os.killpg(process.pid, signal.SIGKILL)


def _content(file: int, most: int) -> bytes:
    return os.pread(file, most, 0)


def _reason(code: int, told: bytes) -> str:
    """Of what git told, the last line that says what was wrong; or how it ended."""
    lines = [line for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
    if code in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ) or any("File too large" in x for x in lines):
        return f"more than {MAX_PACK >> 20} MiB"
    wrong = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    if not wrong:
        return f"ended with {code}"
    return printable(wrong[0].partition(": ")[2] or wrong[0])[:300]
