"""Paths on the command line → the submissions of one assignment, in order of student id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.intake.folders import read_folder, read_form
from autograder.intake.submission import Rejection, Submission, printable
from autograder.intake.zips import holds_assignment, read_zip, read_zipped_form


@dataclass(frozen=True)
class Student:
    """A student's folder or zip, before anything in it is read."""

    id: str
    path: Path

    @property
    def is_renamed(self) -> bool:
        """Whether the name has characters that no report or table could bear."""
        return not _name(self.path).isprintable()


def find_students(paths: Iterable[Path], assignments: Sequence[str]) -> list[Student]:
    """The students that the paths stand for.

    A path that holds a folder named after an assignment is one student, and so is a zip; any
    other folder is a class of them. Raises CourseError for a path that is missing or has none,
    and for two students of one id.
    """
    students: dict[str, Student] = {}
    for path in paths:
        for student in _students_at(path, assignments):
            other = students.setdefault(student.id, student)
            if other.path.resolve() != student.path.resolve():
                raise CourseError(
                    f"{student.path}: the id {student.id!r} is also at {other.path}. "
                    "Do: rename one of them"
                )
    return [students[name] for name in sorted(students)]


def skipped(paths: Iterable[Path], assignments: Sequence[str]) -> list[Path]:
    """What lies in a class's folder and is no student: neither a folder nor a zip."""
    return sorted(
        child
        for path in paths
        if path.is_dir() and not _holds(path, assignments)
        for child in path.iterdir()
        if not child.name.startswith((".", "__MACOSX")) and not _is_student(child)
    )


def handed_in(students: Sequence[Student], assignments: Sequence[str]) -> list[str]:
    """The assignments that at least one of the students handed in."""
    return [name for name in assignments if any(_holds(one.path, [name]) for one in students)]


def read_submission(student: Student, assignment: Assignment) -> Submission:
    """Reads what the student handed in; what cannot be read becomes the submission's problem.

    A form that cannot be read is but that form's problem.
    """
    read = read_zip if student.path.is_file() else read_folder
    try:
        files = read(student.path, assignment.name, assignment.files)
    except Rejection as rejection:
        return Submission(student.id, assignment.name, problem=printable(str(rejection)))
    forms, unread = _read_forms(student, assignment)
    return Submission(student.id, assignment.name, files | forms, unread=unread)


def _read_forms(
    student: Student, assignment: Assignment
) -> tuple[dict[str, bytes], dict[str, str]]:
    """The forms handed in, and those that could not be read with the reason."""
    read = read_zipped_form if student.path.is_file() else read_form
    files: dict[str, bytes] = {}
    unread: dict[str, str] = {}
    for form in assignment.forms:
        try:
            data = read(student.path, assignment.name, form.file, form.max_kib << 10)
        except Rejection as rejection:
            unread[form.file] = printable(str(rejection).removeprefix(f"{student.path}/"))
        else:
            if data is not None:
                files[form.file] = data
    return files, unread


def _students_at(path: Path, assignments: Sequence[str]) -> list[Student]:
    try:
        path.stat()
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check the path") from error
    if path.is_file():
        if path.suffix.lower() != ".zip":
            raise CourseError(f"{path}: not a folder or a zip. Do: name the student's folder")
        return [Student(_id(path), path)]
    if _holds(path, assignments):
        return [Student(_id(path), path)]
    try:
        found = [Student(_id(child), child) for child in path.iterdir() if _is_student(child)]
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check its permissions") from error
    if not found:
        raise CourseError(
            f"{path}: no submissions here. Do: put <student>/{'|'.join(assignments)}/ folders "
            "or zips into it"
        )
    return found


def _is_student(child: Path) -> bool:
    if child.name.startswith((".", "__MACOSX")):
        return False
    return child.is_dir() or child.suffix.lower() == ".zip"


def _id(path: Path) -> str:
    return printable(_name(path))


def _name(path: Path) -> str:
    if path.is_file():
        return path.stem
    return path.name or path.resolve().name  # "." has none itself


def _holds(path: Path, assignments: Sequence[str]) -> bool:
    if path.is_file():
        return holds_assignment(path, assignments)
    return any((path / name).is_dir() for name in assignments)
