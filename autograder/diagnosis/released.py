"""The students' table: known mistakes in the public tests, with `check`'s own seeds; no code.

It is a file of the template, `assignments/<name>/mistakes.json`. To make it, the mistakes are run;
so it names what it was made of, and is made anew only when that has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment, Course
from autograder.diagnosis.known import refuse_faults
from autograder.diagnosis.table import Released, read_released, table_path
from autograder.errors import CourseError, GraderFault
from autograder.grading.options import Options
from autograder.scale.diagnosing import known_mistakes
from autograder.scale.job import Executor, Job

_FORM = 1  # of the file; another one is made anew


def released_path(assignment: Assignment) -> str:
    """Where it lies in a template."""
    return table_path(assignment).relative_to(assignment.root).as_posix()


def current_tables(course: Course, template: Path) -> dict[str, bytes]:
    """Those in a template that are made of what the course holds now, by path in it."""
    found = {}
    for assignment in _with_mistakes(course):
        path = template / released_path(assignment)
        if path.is_file() and _is_made_of(path, _made_of(assignment)):
            found[released_path(assignment)] = path.read_bytes()
    return found


def _is_made_of(path: Path, digest: str) -> bool:
    try:
        return read_released(path).made_of == digest
    except CourseError:  # damaged: to be made anew
        return False


def lacking_tables(course: Course, template: Path) -> list[str]:
    """The paths of those that would have to be made."""
    there = current_tables(course, template)
    paths = map(released_path, _with_mistakes(course))
    return [path for path in paths if path not in there]


def made_tables(course: Course, template: Path, execute: Executor) -> dict[str, bytes]:
    """All tables: those in the template that are current, and others made now."""
    tables = current_tables(course, template)
    for assignment in _with_mistakes(course):
        if released_path(assignment) not in tables:
            tables[released_path(assignment)] = _made(assignment, execute)
    return tables


def _made(assignment: Assignment, execute: Executor) -> bytes:
    refuse_faults(assignment)
    known = known_mistakes(Job(_public(assignment), Options()), execute, None)
    if not known.mistakes:
        raise GraderFault(
            f"{assignment.name}: the reference did not pass, or no mistake is caught by a public "
            "test. Do: autograder verify"
        )
    return msgspec.json.encode(Released(made_of=_made_of(assignment), known=known)) + b"\n"


def _public(assignment: Assignment) -> Assignment:
    """As the template has it: without hidden tests, and with the public seed."""
    exercises = tuple(
        msgspec.structs.replace(
            one, tests=tuple(test for test in one.tests if test.visibility == "public")
        )
        for one in assignment.exercises
    )
    return msgspec.structs.replace(assignment, secret="", exercises=exercises)


def _made_of(assignment: Assignment) -> str:
    """Names the mistakes, the reference, the probes and the public tests."""
    public = _public(assignment)
    digest = hashlib.sha256(f"{_FORM}\0{sorted(test.id for test in public.tests)}".encode())
    for path in sorted(_parts(assignment)):
        content = _decisive(path)
        name = path.relative_to(assignment.root).as_posix()
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _decisive(path: Path) -> bytes:
    """A file without its comment lines, marks and hints among them: they decide nothing."""
    content = path.read_bytes()
    if path.suffix != ".py":
        return content
    lines = content.splitlines()
    return b"\n".join(line for line in lines if not line.lstrip().startswith(b"#"))


def _parts(assignment: Assignment) -> Iterator[Path]:
    yield from assignment.mistakes_folder.rglob("*.toml")
    yield from assignment.folder.glob("*.py")
    yield from (assignment.solution_folder / name for name in assignment.files)
    yield from assignment.tests_folder.glob("*.py")


def _with_mistakes(course: Course) -> Iterator[Assignment]:
    assignments = map(course.assignment, course.names)
    return (one for one in assignments if one.mistakes_folder.is_dir())
