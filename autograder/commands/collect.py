"""`autograder collect`: what students had pushed at the deadline, as a class for `grade`."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from autograder.course.assignment import Language, find_course
from autograder.errors import GraderFault
from autograder.intake.git import Blob, Branch, Git, GitTrouble, Listing, NothingThere
from autograder.intake.names import BadName, clean_name
from autograder.intake.repositories import Repository, read_repositories
from autograder.intake.submission import printable
from autograder.reports.lock import alone_in
from autograder.reports.whole import write_whole

RECORDS = ".collected"  # in the class's folder: a file a student; `grade` passes it over
TIMES = "times.csv"  # among the records, for `grade --times`: the committers' times
AT_ONCE = 8  # repositories: most of the time is the network's
MAX_FILE = 16 << 20  # bytes; GPT-2's small adapters have one or two
MAX_TREE = 64 << 20  # bytes of a student's files
MAX_FILES = 2000
LEFT_OUT_SHOWN = 3
_TEMPORARY = ".collecting-"
_LFS = b"version https://git-lfs"  # how a file begins that stands for one kept elsewhere


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What was collected of a student, when, and what git said of it."""

    student: str
    url: str
    deadline: str  # ISO 8601; empty: none
    commit: str
    committed_at: datetime  # by the student's clock: `git commit` takes any
    authored_at: datetime
    is_newest: bool  # no commit after the deadline was seen
    collected_at: datetime
    files: tuple[str, ...]
    left_out: tuple[str, ...]  # each with the reason


def collect(source: Path, *, into: Path, deadline: datetime | None, lang: Language) -> int:
    """Fetches each repository that `source` lists; exit code 3 where one could not be read.

    Of each, the assignments' folders are written to `into/<student>/`. What was collected for this
    deadline, and after it, is not fetched again.
    """
    folders = find_course(Path.cwd()).names
    repositories = read_repositories(source)
    git = Git()
    with alone_in(into):
        _sweep(into)
        run = _Run(git, into, folders, deadline)
        failed = 0
        for number, (one, future) in enumerate(_each(run, repositories), 1):
            failed += _tell(f"{number}/{len(repositories)}", one, future, deadline, lang)
        write_whole(into / RECORDS / TIMES, run.times(repositories), is_lasting=False)
    return 3 if failed else 0


class _Run:
    """How a run collects, the same for all of its repositories."""

    def __init__(
        self, git: Git, into: Path, folders: Sequence[str], deadline: datetime | None
    ) -> None:
        self.git = git
        self._into = into
        self._folders = folders
        self._deadline = deadline

    def collect(self, one: Repository) -> tuple[Record, bool]:
        """The student's record, and whether it was there. Raises GitTrouble."""
        if kept := self._kept(one):
            return kept, True
        now = datetime.now(UTC).replace(microsecond=0)
        until = int(self._deadline.timestamp()) if self._deadline else None
        with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=self._into) as temporary:
            branch = Branch(self.git, one.url, Path(temporary, "git"))
            commit, is_newest = branch.last_commit(until)
            blobs, left_out = _chosen(branch.list_files(commit, self._folders))
            if not blobs:
                names = ", ".join(self._folders)
                raise NothingThere(f"no file in {names} at {commit.id[:10]}. Do: ask the student "
                                   "to push the template's folders")  # fmt: skip
            for blob, data in branch.read(blobs):
                if data.startswith(_LFS):
                    left_out.append(f"{printable(blob.path)} (in Git LFS: only a pointer)")
                _write(Path(temporary, "files"), blob.path, data)
            _replace(Path(temporary, "files"), self._into / one.student, Path(temporary, "old"))
        record = Record(
            student=one.student,
            url=one.url,
            deadline=_text(self._deadline),
            commit=commit.id,
            committed_at=_at(commit.committed),
            authored_at=_at(commit.authored),
            is_newest=is_newest,
            collected_at=now,
            files=tuple(printable(blob.path) for blob in blobs),
            left_out=tuple(left_out),
        )
        data = msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
        write_whole(self._record(one), data, is_lasting=False)
        return record, False

    def times(self, repositories: Sequence[Repository]) -> bytes:
        """When the commit of each student was made, as its own clock told."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(["student", "time"])
        for one in repositories:
            if record := self._recorded(one):
                writer.writerow([one.student, record.committed_at.isoformat()])
        return out.getvalue().encode()

    def _record(self, one: Repository) -> Path:
        return self._into / RECORDS / f"{one.student}.json"

    def _kept(self, one: Repository) -> Record | None:
        """What an earlier run collected, if no later one could find anything else."""
        record = self._recorded(one)
        if self._deadline is None or record is None or not (self._into / one.student).is_dir():
            return None
        is_same = (record.url, record.deadline) == (one.url, _text(self._deadline))
        return record if is_same and record.collected_at >= self._deadline else None

    def _recorded(self, one: Repository) -> Record | None:
        try:
            return msgspec.json.decode(self._record(one).read_bytes(), type=Record)
        except (OSError, msgspec.DecodeError):
            return None


def _each(
    run: _Run, repositories: Sequence[Repository]
) -> Iterator[tuple[Repository, Future[tuple[Record, bool]]]]:
    """Each repository as soon as it is done. Nothing of git's outlives this."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            futures = {pool.submit(run.collect, one): one for one in repositories}
            for future in as_completed(futures):
                yield futures[future], future
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            run.git.stop()


def _tell(
    count: str,
    one: Repository,
    future: Future[tuple[Record, bool]],
    deadline: datetime | None,
    language: Language,
) -> bool:
    """One line for a repository; whether it could not be read."""
    try:
        record, was_there = future.result()
    except GitTrouble as trouble:
        print(f"autograder: [{count}] {one.student}: {one.url}: {trouble}", file=sys.stderr)
        return not isinstance(trouble, NothingThere)
    zone = deadline.tzinfo if deadline else UTC
    at = record.committed_at.astimezone(zone)
    words = _WORDS[language]
    extra = [words["there"]] if was_there else []
    extra += [] if record.is_newest else [words["later"]]
    extra += [f"{words['without']} {path}" for path in record.left_out[:LEFT_OUT_SHOWN]]
    more = "".join(f" · {text}" for text in extra)
    print(f"[{count}] {one.student}: {record.commit[:10]} {at:%Y-%m-%d %H:%M %z} · "
          f"{len(record.files)} {words['files']}{more}", flush=True)  # fmt: skip
    return False


_WORDS = {
    "en": {"files": "files", "there": "already collected", "without": "without",
           "later": "what was committed after the deadline is left out"},
    "zh": {"files": "个文件", "there": "已收取过", "without": "不含",
           "later": "截止时间之后的提交不算"},
}  # fmt: skip


def _chosen(listing: Listing) -> tuple[list[Blob], list[str]]:
    """The files to read, and what is left out with the reason. Raises GitTrouble for too much."""
    left_out = [f"{printable(path)} (a link or submodule)" for path in listing.others]
    chosen: list[Blob] = []
    for blob in listing.files:
        if ".git" in blob.path.casefold().split("/"):
            left_out.append(f"{printable(blob.path)} (git's own)")  # it could hold commands
        elif blob.size > MAX_FILE:
            left_out.append(f"{printable(blob.path)} ({blob.size >> 20} MiB)")
        else:
            chosen.append(blob)
    size = sum(blob.size for blob in chosen)
    if len(chosen) > MAX_FILES or size > MAX_TREE:
        raise GitTrouble(
            f"{len(chosen)} files of {size >> 20} MiB, more than {MAX_FILES} or "
            f"{MAX_TREE >> 20} MiB. Do: ask the student to hand in the template's files only"
        )
    return chosen, left_out


def _write(folder: Path, name: str, data: bytes) -> None:
    """Writes one file of a commit; its name is the student's."""
    try:
        path = folder / clean_name(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb") as file:  # two of one name, or a file for a folder: no honest commit
            file.write(data)
    except (BadName, FileExistsError, NotADirectoryError, ValueError) as error:
        raise GitTrouble(f"{printable(name)}: a name that cannot be written ({error}). "
                         "Do: ask the student to rename it") from error  # fmt: skip
    except OSError as error:
        raise GraderFault(f"{folder}: cannot be written ({error.strerror}). Do: make room there, "
                          "and run again") from error  # fmt: skip


def _replace(new: Path, place: Path, old: Path) -> None:
    if place.exists():
        os.replace(place, old)
    os.replace(new, place)


def _sweep(into: Path) -> None:
    """Deletes what a run left that was killed on the spot."""
    for path in into.glob(f"{_TEMPORARY}*"):
        shutil.rmtree(path, ignore_errors=True)


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _at(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # git takes years that nobody else does
        return datetime(9999, 1, 1, tzinfo=UTC)
