"""The student template: made from the references, the public tests and the fixed files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import get_args

import msgspec
import tomli_w

from autograder.course.assignment import Assignment, Course, Exercise, Language
from autograder.course.gaps import dump_gaps
from autograder.course.handout import section
from autograder.course.leaks import find_leaks
from autograder.course.masked import gaps_path, mask_reference, released_gaps
from autograder.errors import CourseError

TEMPLATE = "student_template"
MANIFEST = ".released"  # in a template: the files that `release` wrote
OWN = "template"  # in a course: files that its template has besides, or in place of the fixed ones


def template_files(course: Course, made: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Every file of the student template, by path in it; `made` are those that took runs to make.

    Raises CourseError for a wrong mark, and for an answer, a hidden test or its seed that would
    be released.
    """
    files = dict(_fixed_files(resources.files("autograder.course") / "template"))
    files |= _own_files(course)
    files |= _ungraded_files(course)
    for name in course.names:
        files |= _assignment_files(course.assignment(name))
    files |= made or {}
    for name in course.names:
        _refuse_leaks(course.assignment(name), files)
    files[MANIFEST] = "".join(f"{name}\n" for name in sorted([*files, MANIFEST])).encode()
    return dict(sorted(files.items()))


def write_template(files: Mapping[str, bytes], output: Path) -> None:
    """Writes the template to `output`, and deletes there what an earlier release wrote and this
    one does not. Anything else in the folder stays as it is.

    Raises CourseError for a folder that is in use for something else, or cannot be written.
    """
    earlier = released_files(output)
    if not earlier and output.exists() and any(output.iterdir()):
        raise CourseError(f"{output}: not a student template. Do: choose an empty or new folder")
    try:
        for name in earlier - files.keys():
            (output / name).unlink(missing_ok=True)
        for name, data in files.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        raise CourseError(
            f"{output}: cannot be written ({error.strerror}). Do: choose another --output"
        ) from error


def released_files(folder: Path) -> set[str]:
    """The files that a release wrote to `folder`, by its manifest; none where there is none."""
    manifest = folder / MANIFEST
    names = manifest.read_text(encoding="utf-8").splitlines() if manifest.is_file() else []
    return {name for name in names if not name.startswith("/") and ".." not in name.split("/")}


def _fixed_files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _fixed_files(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()


def _own_files(course: Course) -> dict[str, bytes]:
    """The course's own: grader.txt, which names the grader, or a workflow of its own, say."""
    folder = course.root / OWN
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _ungraded_files(course: Course) -> dict[str, bytes]:
    """The handouts of tasks that nobody grades: folders without an assignment.toml."""
    folders = sorted(path.parent for path in course.root.glob("assignments/*/README.md"))
    return {name: data for folder in folders if folder.name not in course.names
            for name, data in _handouts(folder).items()}  # fmt: skip


def _refuse_lost_sections(assignment: Assignment) -> None:
    for exercise in assignment.exercises:
        for language in get_args(Language):
            section(assignment, exercise, language)


def _handouts(folder: Path) -> dict[str, bytes]:
    return {f"{folder.name}/{path.name}": path.read_bytes()
            for path in sorted(folder.glob("README*.md"))}  # fmt: skip


def _assignment_files(assignment: Assignment) -> dict[str, bytes]:
    masked = mask_reference(assignment)
    _refuse_lost_sections(assignment)
    known = {exercise.id for exercise in assignment.exercises}
    for name, one in masked.items():
        for gap in one.gaps:
            if gap.exercise not in known:
                raise CourseError(
                    f"{assignment.solution_folder / name}: a mark names the exercise "
                    f"{gap.exercise!r}, which {assignment.toml} lacks. Do: mend one of them"
                )
    return {
        **{f"{assignment.name}/{name}": one.template.encode() for name, one in masked.items()},
        **{
            _relative(assignment, gaps_path(assignment, name)): dump_gaps(
                released_gaps(one)
            ).encode()
            for name, one in masked.items()
        },
        _relative(assignment, assignment.toml): _public_toml(assignment),
        **assignment.support_files(),
        **_handouts(assignment.folder),
        **given_files(assignment),
        **{_relative(assignment, path): path.read_bytes()
           for path in sorted(assignment.tests_folder.iterdir()) if path.is_file()},
    }  # fmt: skip


def given_files(assignment: Assignment) -> dict[str, bytes]:
    """What students get as it is, by path in the template: the empty forms, and scripts."""
    folder = assignment.given_folder
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {f"{assignment.name}/{name}": path.read_bytes() for name, path in names.items()
            if "__pycache__" not in path.parts}  # fmt: skip


def _relative(assignment: Assignment, path: Path) -> str:
    return path.relative_to(assignment.root).as_posix()


def _public_toml(assignment: Assignment) -> bytes:
    """assignment.toml without the secret and the hidden tests; points are the public ones."""
    exercises = [_public(exercise) for exercise in assignment.exercises]
    contents = {
        "name": assignment.name,
        "title": assignment.title,
        "files": assignment.files,
        "forms": assignment.forms,
        "module": assignment.module,
        "profile": assignment.profile,
        "max_score": sum(exercise.points for exercise in exercises),
        "max_bonus": assignment.max_bonus,
        "limits": assignment.limits,
        "exercises": exercises,
    }
    return tomli_w.dumps(msgspec.to_builtins(contents)).encode()


def _public(exercise: Exercise) -> Exercise:
    tests = tuple(test for test in exercise.tests if test.visibility == "public")
    points = sum(test.points for test in tests)
    return msgspec.structs.replace(exercise, tests=tests, points=points, hidden=exercise.looked_at)


def _refuse_leaks(assignment: Assignment, files: dict[str, bytes]) -> None:
    texts = {name: data.decode("utf-8", "replace") for name, data in files.items()}
    for masked in mask_reference(assignment).values():
        for leak in find_leaks(masked.gaps, texts):
            raise CourseError(f"{leak}. Do: reword it, or mask it as well")
    for word, what in _secrets(assignment).items():
        for name, text in texts.items():
            if word in text:
                raise CourseError(
                    f"{name}: would release {what}. Do: take it out of what is released"
                )


def _secrets(assignment: Assignment) -> dict[str, str]:
    """Words that may stand in no released file, and what they give away."""
    public = {test.id.split("::")[1] for test in assignment.tests if test.visibility == "public"}
    hidden = {test.id.split("::")[1] for test in assignment.tests if test.visibility == "hidden"}
    words = {name: f"the hidden test {name}" for name in sorted(hidden - public)}
    if assignment.secret:
        words[assignment.secret] = "the secret that seeds the hidden tests"
    return words
