"""What Gradescope has of a submission: the files, and the metadata that its server wrote."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment
from autograder.intake.discover import Student, read_submission
from autograder.intake.folders import notebooks_in, read_folder, read_plain
from autograder.intake.submission import Rejection, Submission, printable
from autograder.intake.times import Moment

STUDENT = "submission"  # nobody's name: Gradescope knows whose it is
METADATA = "submission_metadata.json"
_MAX_METADATA = 64 << 20  # it holds all earlier results


class _Metadata(msgspec.Struct, frozen=True):
    created_at: datetime


def read_gradescope(folder: Path, assignment: Assignment) -> Submission:
    """The submission in a folder: the pack's folders, or the listed files by themselves.

    Gradescope unpacks a zip, and takes files one by one as well.
    """
    if not _is_flat(folder, assignment):
        return read_submission(Student(STUDENT, folder), assignment)
    try:
        files = read_folder(folder, ".", assignment.files, assignment.name)
    except Rejection as rejection:
        return Submission(STUDENT, assignment.name, problem=printable(str(rejection)))
    forms, unread = _forms(folder, assignment)
    return Submission(STUDENT, assignment.name, files | forms, unread=unread)


def handed_in(root: Path) -> Moment | None:
    """When, by Gradescope's own clock; a student cannot write it."""
    try:
        with (root / METADATA).open("rb") as file:
            parsed = msgspec.json.decode(file.read(_MAX_METADATA), type=_Metadata)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return Moment(parsed.created_at, "gradescope")


def _is_flat(folder: Path, assignment: Assignment) -> bool:
    """Whether the files lie there by themselves, without the assignment's folder."""
    return not (folder / assignment.name).is_dir() and any(
        (folder / name).exists() or notebooks_in(folder, assignment.name, name)
        for name in assignment.files
    )


def _forms(folder: Path, assignment: Assignment) -> tuple[dict[str, bytes], dict[str, str]]:
    """The forms handed in, by path or by name alone, and those that could not be read."""
    files: dict[str, bytes] = {}
    unread: dict[str, str] = {}
    for form in assignment.forms:
        places = [folder / form.file, folder / Path(form.file).name]
        path = next((one for one in places if one.exists()), None)
        if path is None:
            continue
        try:
            files[form.file] = read_plain(folder, path, form.max_kib << 10)
        except Rejection as rejection:
            unread[form.file] = printable(str(rejection))
    return files, unread
