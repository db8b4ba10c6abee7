"""Paths on the command line → the submissions of one assignment, in order of student id."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.intake.archives import Archive
from autograder.intake.classes import Entry, class_at, entry_at, looks_like_class, newest
from autograder.intake.folders import notebooks_in, read_folder, read_form
from autograder.intake.homes import Home, holds, home_of
from autograder.intake.names import is_archive
from autograder.intake.packed import holds_file, packed_notebooks, read_packed, read_packed_form
from autograder.intake.submission import Rejection, Submission, printable


@dataclass(frozen=True)
class Student:
    """A student's folder or archive, before anything in it is read."""

    id: str
    path: Path  # on disk; for one in a class's archive, of that
    part: Archive | None = field(default=None, repr=False)  # of that archive: the student's
    older: tuple[Student, ...] = ()  # what the same student handed in before, the newest first
    unused: tuple[str, ...] = ()  # what of all that counts for no assignment, by name
    is_renamed: bool = False  # the name has characters that no report or table could bear
    inside: str = ""  # of the class's archive: where in it
    problem: str = ""  # known without reading: no archive, or hardly one student's

    @property
    def where(self) -> Path:
        """The folder or archive, through the class's archive if it is in one."""
        return self.path / self.inside


def find_students(
    paths: Iterable[Path], assignments: Sequence[str], *, archives_are_classes: bool = False
) -> list[Student]:
    """The students that the paths stand for.

    A path that holds a folder named after an assignment is one student; any other folder is a
    class of them. An archive is one student, unless the instructor says that archives are classes.
    A path may go on with a student's id behind that of a class, be it a folder or an archive.
    Raises CourseError for a path that is missing or has none, for two students of one id, and for
    uploads that may be two students' or one's.
    """
    students: dict[str, Student] = {}
    for path in paths:
        for student in _students_at(path, assignments, archives_are_classes):
            other = students.setdefault(student.id, student)
            if (other.path.resolve(), other.inside) != (student.path.resolve(), student.inside):
                raise CourseError(
                    printable(
                        f"{student.where}: the id {student.id!r} is also at {other.where}. "
                        "Do: rename one of them"
                    )
                )
    return [students[name] for name in sorted(students)]


def skipped(
    paths: Iterable[Path], assignments: Sequence[str], *, archives_are_classes: bool = False
) -> list[Path]:
    """What lies in a class's folder or archive and is no student: no folder, archive or upload."""
    return sorted(
        Path(printable(str(entry.where)))
        for path in paths
        if path.exists()
        for entry in class_at(path, assignments, is_said=archives_are_classes) or ()
        if not entry.is_student and not entry.is_litter
    )


def superseded(students: Iterable[Student]) -> list[str]:
    """A line for each student who handed in more than once: what counts, and what does not."""
    return [
        printable(
            f"{one.where}: the newest of {len(one.older) + 1} by {one.id}; "
            f"the newest with an assignment counts, not {', '.join(one.unused)}. "
            "Do: grade one of these by its path if it should count"
        )
        for one in students
        if one.unused
    ]


def handed_in(students: Sequence[Student], assignments: Sequence[str]) -> list[str]:
    """The assignments that at least one of the students handed in.

    Raises CourseError where there are none and an archive could not be read.
    """
    held: set[str] = set()
    problem = ""
    for student in (each for one in students for each in (one, *one.older)):
        try:
            home = _home(student, assignments)
        except Rejection as rejection:
            problem = problem or printable(str(rejection))
        else:
            held.update(name for name in assignments if name not in held and holds(home, [name]))
    if problem and not held:
        raise CourseError(problem)
    return [name for name in assignments if name in held]


def has_handed_in(student: Student, assignment: str) -> bool:
    """Whether there is such a folder; what cannot be opened may have one."""
    try:
        return holds(newest_home(student, assignment)[1], [assignment])
    except Rejection:
        return True


def read_submission(student: Student, assignment: Assignment) -> Submission:
    """Reads what the student handed in; what cannot be read becomes the submission's problem.

    A form that cannot be read is but that form's problem.
    """
    try:
        _, home = newest_home(student, assignment.name)
        files = _read_code(home, assignment)
    except Rejection as rejection:
        return Submission(student.id, assignment.name, problem=printable(str(rejection)))
    forms, unread = _read_forms(home, assignment)
    beside = _passed_over(home, assignment)
    return Submission(student.id, assignment.name, files | forms, unread=unread, passed_over=beside)


def newest_home(student: Student, assignment: str) -> tuple[Student, Home]:
    """Of what the student handed in, the newest that holds the assignment, and where in it.

    Raises Rejection where none can be read.
    """
    if not student.older:
        return student, _home(student, [assignment])
    broken: list[Rejection] = []
    for one in (student, *student.older):
        try:
            home = _home(one, [assignment])
        except Rejection as rejection:
            broken += () if one.problem else (rejection,)
        else:
            if holds(home, [assignment]):
                return one, home
    if broken:
        raise broken[0]
    return student, _home(student, [assignment])


def _home(student: Student, assignments: Sequence[str]) -> Home:
    if student.problem:
        raise Rejection(student.problem)
    return home_of(student.path, student.part, assignments)


def _read_code(home: Home, assignment: Assignment) -> dict[str, bytes]:
    if isinstance(home, Archive):
        return read_packed(home, assignment.name, assignment.files)
    return read_folder(home, assignment.name, assignment.files)


def _passed_over(home: Home, assignment: Assignment) -> tuple[str, ...]:
    """The notebooks that lie beside the files for which they could stand: the files count."""
    found = [_notebooks(home, assignment.name, name) for name in assignment.files
             if _holds_file(home, assignment.name, name)]  # fmt: skip
    return tuple(sorted({one for some in found for one in some}))


def _notebooks(home: Home, assignment: str, name: str) -> list[str]:
    if isinstance(home, Archive):
        return packed_notebooks(home, assignment, name)
    return notebooks_in(home / assignment, assignment, name)


def _holds_file(home: Home, assignment: str, name: str) -> bool:
    if isinstance(home, Archive):
        return holds_file(home, f"{assignment}/{name}")
    return (home / assignment / name).is_file()


def _read_forms(home: Home, assignment: Assignment) -> tuple[dict[str, bytes], dict[str, str]]:
    """The forms handed in, and those that could not be read with the reason."""
    files: dict[str, bytes] = {}
    unread: dict[str, str] = {}
    for form in assignment.forms:
        try:
            data = _read_form(home, assignment.name, form.file, form.max_kib << 10)
        except Rejection as rejection:
            unread[form.file] = printable(str(rejection).removeprefix(f"{_place(home)}/"))
        else:
            if data is not None:
                files[form.file] = data
    return files, unread


def _read_form(home: Home, assignment: str, name: str, most: int) -> bytes | None:
    if isinstance(home, Archive):
        return read_packed_form(home, assignment, name, most)
    return read_form(home, assignment, name, most)


def _place(home: Home) -> str:
    return home.place if isinstance(home, Archive) else str(home)


def _students_at(
    path: Path, assignments: Sequence[str], archives_are_classes: bool
) -> list[Student]:
    try:
        path.stat()
    except OSError as error:
        if found := _of_class(path, assignments):
            return found
        raise CourseError(f"{path}: {error.strerror}. Do: check the path") from error
    if path.is_file() and not is_archive(path.name):
        raise CourseError(f"{path}: neither a folder nor an archive. Do: name the student's folder")
    try:
        entries = class_at(path, assignments, is_said=archives_are_classes)
        students = (
            [_alone(path, assignments)] if entries is None else _students(entries, assignments)
        )
    except Rejection as rejection:
        raise CourseError(printable(str(rejection))) from rejection
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check its permissions") from error
    if entries is None and archives_are_classes and path.is_file():
        raise CourseError(f"{path}: one student's, not a class. Do: grade it without --class")
    if not students:
        raise CourseError(
            f"{path}: no submissions here. Do: put <student>/{'|'.join(assignments)}/ folders "
            "or zips into it"
        )
    return students


def _of_class(path: Path, assignments: Sequence[str]) -> list[Student]:
    """The student, by id or by the upload's name, that a path names behind that of a class."""
    parent = next((one for one in path.parents if one.is_file()), path.parent)
    try:
        entries = class_at(parent, assignments, is_said=True) or ()
    except (OSError, Rejection):
        return []
    named = [_student(one) for one in entries if one.is_student and one.name == path.name]
    return named or _students(
        (one for one in entries if printable(one.student) == path.name), assignments
    )


def _alone(path: Path, assignments: Sequence[str]) -> Student:
    student = _student(entry_at(path))
    if not path.is_file() or not looks_like_class(path, assignments):
        return student
    problem = (
        f"{path}: holds several students' work, or none's at its top or in its one folder. "
        f"Do: if it is a whole class: autograder grade --class {shlex.quote(str(path))}"
    )
    return replace(student, problem=problem)


def _students(entries: Iterable[Entry], assignments: Sequence[str]) -> list[Student]:
    return [_with_older(last, older, assignments) for last, older in newest(entries)]


def _with_older(last: Entry, older: Sequence[Entry], assignments: Sequence[str]) -> Student:
    student = _student(last)
    if not older:
        return student
    uploads = [last, *reversed(older)]
    used = _counting(uploads, assignments) or [last]
    return replace(
        student,
        older=tuple(_student(one) for one in uploads[1:]),
        unused=tuple(one.name for one in uploads if one not in used),
    )


def _counting(uploads: Sequence[Entry], assignments: Sequence[str]) -> list[Entry]:
    """Of a student's uploads, the newest first, those that are the newest with some assignment.

    Files by hand may be called as Canvas would call them, a date for the number. So two of them
    with one assignment have to have one title, else nobody knows whether they are one student's.
    """
    newest_with: dict[str, Entry] = {}
    for one in uploads:
        for name in _held(one, assignments):
            other = newest_with.setdefault(name, one)
            if one.upload and other.upload and one.upload.title != other.upload.title:
                raise CourseError(
                    printable(
                        f"{one.where}: {name} of {one.student}, and so is {other.where}. "
                        "Do: rename them, or move all but one away"
                    )
                )
    return list(newest_with.values())


def _held(entry: Entry, assignments: Sequence[str]) -> list[str]:
    try:
        home = _home(_student(entry), assignments)
    except Rejection:
        return []
    return [name for name in assignments if holds(home, [name])]


def _student(entry: Entry) -> Student:
    name = entry.student
    problem = f"{entry.where}: not an archive. Do: hand in the zip that make pack makes"
    return Student(
        id=printable(name),
        path=entry.path,
        part=entry.part,
        is_renamed=not name.isprintable(),
        inside=str(entry.where.relative_to(entry.path)) if entry.part else "",
        problem="" if entry.is_readable else problem,
    )
