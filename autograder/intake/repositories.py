"""A list of students' repositories: a text file, or the CSV that a site exports."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from autograder.errors import CourseError
from autograder.intake.names import MAX_PART_BYTES, utf8_size
from autograder.intake.submission import printable
from autograder.intake.uploads import parse_upload

# Columns, the first of each that is there and filled in counts: GitHub Classroom's grades,
# `gh repo list`, GitLab's projects, and what one writes by hand.
_URLS = ("student_repository_url", "clone_url", "ssh_url", "http_url_to_repo", "ssh_url_to_repo",
         "html_url", "web_url", "url", "repository")  # fmt: skip
_STUDENTS = ("roster_identifier", "student", "github_username", "login", "username", "path", "name")

_SCP = re.compile(r"[\w.-]+@[\w.-]+:(?!/).+")  # git@host:group/project.git
_SCHEMES = ("https", "ssh")
_TEMPORARY = 32  # bytes that a name has to leave for what is put before it


@dataclass(frozen=True)
class Repository:
    """Whose it is, and where git finds it: a URL, or a folder's path."""

    student: str
    url: str


def read_repositories(path: Path) -> list[Repository]:
    """The repositories that a list names, in its order.

    A text file has `URL` or `student URL` on a line; `#` begins a comment. A file called .csv has
    a header. Paths are relative to the list. Raises CourseError, with the line, for a URL that is
    neither https, ssh nor a path, and for a name that no folder should have or two students have.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check the path") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}: not UTF-8. Do: save it as UTF-8") from error
    rows = _table(path, text) if path.suffix.lower() == ".csv" else _lines(text)
    found: dict[str, Repository] = {}
    for number, student, url in rows:
        one = _repository(path, number, student, url)
        if one.student in found:
            raise _refusal(path, number, f"the student {one.student!r} stands twice",
                           "keep one, or name them apart")  # fmt: skip
        found[one.student] = one
    if not found:
        raise CourseError(f"{path}: names no repository. Do: write one URL a line")
    return list(found.values())


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(maxsplit=1)
        if words and not words[0].startswith("#"):
            student, url = words if len(words) == 2 else ("", words[0])
            yield number, student, url.strip()


def _table(path: Path, text: str) -> Iterator[tuple[int, str, str]]:
    reader = csv.DictReader(text.splitlines())
    try:
        if not set(_URLS) & set(reader.fieldnames or ()):
            raise _refusal(path, 1, "no column holds URLs", f"call one of them {_URLS[-2]}")
        for row in reader:
            if url := _cell(row, _URLS):
                yield reader.line_num, _cell(row, _STUDENTS), url
    except csv.Error as error:
        raise CourseError(f"{path}: no CSV ({error}). Do: export it again") from error


def _cell(row: Mapping[str, str | None], columns: tuple[str, ...]) -> str:
    cells = ((row.get(name) or "").strip() for name in columns)
    return next(filter(None, cells), "")


def _repository(path: Path, number: int, student: str, url: str) -> Repository:
    if not url.isprintable() or url.startswith("-"):
        raise _refusal(path, number, f"{printable(url)}: no URL", "write https, ssh or a path")
    name = unicodedata.normalize("NFC", student or _last_part(url))
    if not _is_name(name):
        raise _refusal(path, number, f"the student {printable(name)!r} could not name a folder",
                       "write `student URL`")  # fmt: skip
    return Repository(name, _checked(path, number, url))


def _last_part(url: str) -> str:
    return re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")


def _is_name(name: str) -> bool:
    """Whether a folder may be called so, and `grade` takes it for a student's."""
    return (
        name.isprintable()
        and name[:1] not in ("", ".", "-")
        and not set("/\\") & set(name)
        and utf8_size(name) <= MAX_PART_BYTES - _TEMPORARY
        and parse_upload(name, is_folder=True) is None  # it would say whose it is, and when
    )


def _checked(path: Path, number: int, url: str) -> str:
    if _SCP.fullmatch(url):
        return url
    if "://" in url or "::" in url:
        parts = _split(url)
        if parts is None or parts.scheme not in _SCHEMES or "::" in url.partition("://")[0]:
            shown = printable(url.partition(":")[0])
            raise _refusal(path, number, f"{shown}: is not fetched from",
                           f"write {', '.join(_SCHEMES)} or a path")  # fmt: skip
        if parts.password:
            raise _refusal(path, number, f"the URL of {parts.hostname} holds a password",
                           "leave it to git's credential helper")  # fmt: skip
        return url
    return str(path.parent.resolve() / url)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _refusal(path: Path, number: int, what: str, remedy: str) -> CourseError:
    return CourseError(f"{path}: line {number}: {what}. Do: {remedy}")
