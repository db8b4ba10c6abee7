"""assignment.toml → frozen structs: what an assignment asks for, its points, limits and tests."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import astuple

from autograder.course.one_line import one_line
from autograder.course.policy import LatePolicy, policy_problems
from autograder.errors import CourseError
from autograder.sandbox.inside.profiles import PROFILES
from autograder.sandbox.limits import Count, Limits

Language = Literal["en", "zh"]
Visibility = Literal["public", "hidden"]

PUBLIC_SEED = "public"  # seeds the tests of a released template, which has no secret
MIN_SECRET = 16
MAX_LIMIT = 1e7  # of seconds, MiB and counts: beyond, the kernel's numbers overflow
HIDDEN_FOLDER = "hidden"  # tests/<name>/hidden/ is never released
_COURSE = ("assignments", "solutions")  # the folders of a course, other than a template


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in the languages of the course."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Test(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One graded pytest function; `id` is relative to tests/<assignment>/."""

    id: str
    points: float
    visibility: Visibility
    title: Text
    hint: Text
    needs_model: bool = False  # runs only when real-size weights are given (--model)
    needs: tuple[str, ...] = ()  # what it needs of the catalogue of models and data
    whole: bool = False  # other exercises' code runs in it, too: it may fail for their mistakes

    @property
    def file(self) -> str:
        return self.id.split("::", maxsplit=1)[0]


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file to fill in or to make that is no code; a student may leave it out."""

    file: str
    max_kib: Count = 256
    optional: bool = False  # worth no points: nobody is reminded of it


class Exercise(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A part of the assignment with its own marks; credit is isolated between exercises."""

    id: str
    points: float
    title: Text
    tests: tuple[Test, ...]
    handout: Text | None = None  # where to read: a heading, or the bold words of a paragraph
    pattern: str = ""  # what `check --explain` draws: a function in tests/<name>/, "file.py::name"
    hidden: tuple[Text, ...] = ()  # in a template, by `release`: what hidden tests look at

    @property
    def looked_at(self) -> tuple[Text, ...]:
        """What hidden tests look at, in words."""
        here = (test.title for test in self.tests if test.visibility == "hidden")
        return (*here, *self.hidden)


class Leaderboard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number to compare students by, on Gradescope: their own bar in a public test's picture."""

    test: str
    name: str
    order: Literal["asc", "desc"] = "desc"  # asc: less is better


class MajorityVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[consensus]: what each student gets if the class's majority is right in every gap."""

    bonus: float  # points beyond max_score


class _AssignmentFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    title: Text
    files: tuple[str, ...]
    module: str
    profile: str
    max_score: float
    exercises: tuple[Exercise, ...]
    secret: str = ""
    limits: Limits = Limits()
    forms: tuple[Form, ...] = ()
    max_bonus: float = 0.0
    late: LatePolicy | None = None
    leaderboard: Leaderboard | None = None
    consensus: MajorityVote | None = None


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment as loaded: the file's contents and where its parts lie.

    `files` are the code that a student hands in, relative to `<student>/<name>/`; `module` is the
    one that the probes get; `forms` are files beside the code, which may be missing;
    `secret` seeds the tests and is empty in a released template.
    """

    root: Path
    name: str
    title: Text
    files: tuple[str, ...]
    module: str
    profile: str
    max_score: float
    exercises: tuple[Exercise, ...]
    secret: str
    limits: Limits
    forms: tuple[Form, ...]
    max_bonus: float  # points that tests may give over max_score
    late: LatePolicy | None = None  # what a late hand-in costs; None: nothing
    leaderboard: Leaderboard | None = None
    consensus: MajorityVote | None = None

    @property
    def folder(self) -> Path:
        return self.root / "assignments" / self.name

    @property
    def tests_folder(self) -> Path:
        return self.root / "tests" / self.name

    @property
    def solution_folder(self) -> Path:
        return self.root / "solutions" / self.name

    @property
    def given_folder(self) -> Path:
        """Files that students get as they are, the empty forms among them."""
        return self.folder / "given"

    @property
    def mistakes_folder(self) -> Path:
        """Known mistakes, as `<exercise>/<mistake>.toml`."""
        return self.folder / "mistakes"

    @property
    def toml(self) -> Path:
        return self.folder / "assignment.toml"

    @property
    def tests(self) -> tuple[Test, ...]:
        return tuple(test for exercise in self.exercises for test in exercise.tests)

    @property
    def needs(self) -> tuple[str, ...]:
        """What its tests need of the catalogue of models and data."""
        return tuple(sorted({name for test in self.tests for name in test.needs}))

    @property
    def seed(self) -> int:
        """Names the secret in reports without giving it away (31 bits of its SHA-256)."""
        return int.from_bytes(hashlib.sha256(self.secret.encode()).digest()[:4], "big") >> 1

    def support_files(self) -> dict[str, bytes]:
        """The probes and what stands beside them, by path from the root, for the sandbox."""
        if not (self.folder / "probes.py").is_file():
            raise CourseError(f"{self.folder}/probes.py: no such file. Do: write the probes")
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.folder.glob("*.py"))
        }


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with assignments/, and what is in it."""

    root: Path
    names: tuple[str, ...]

    def assignment(self, name: str) -> Assignment:
        if name not in self.names:
            known = ", ".join(self.names) or "none"
            raise CourseError(
                f"{name}: no such assignment (there is: {known}). "
                f"Do: name one of them, or write {self.root / 'assignments' / name}/assignment.toml"
            )
        return load_assignment(self.root, name)


def find_course(start: Path) -> Course:
    """The instructor's course around `start`: the nearest folder, going up, with solutions/ too.

    A student's repository has assignments/ as well, and its tests are the student's: only
    `find_template` takes it for a course.
    """
    return _find(start, _COURSE)


def find_template(start: Path) -> Course:
    """The template or course around `start`, for a student's own use."""
    return _find(start, ("assignments",))


def course_root(start: Path, folders: Sequence[str] = _COURSE) -> Path | None:
    """The nearest folder, going up from `start`, that holds these; there may be none."""
    return next((root for root in (start, *start.parents)
                 if all((root / name).is_dir() for name in folders)), None)  # fmt: skip


def _find(start: Path, folders: Sequence[str]) -> Course:
    root = course_root(start, folders)
    if root is None:
        raise CourseError(
            f"{start}: no {'/ and '.join(folders)}/ here or above. "
            "Do: run inside the course's folder"
        )
    names = sorted(path.parent.name for path in root.glob("assignments/*/assignment.toml"))
    if not names:
        raise CourseError(f"{root}/assignments: no */assignment.toml. Do: autograder new NAME")
    return Course(root=root, names=tuple(names))


def load_assignment(root: Path, name: str) -> Assignment:
    """Reads and checks assignments/<name>/assignment.toml; CourseError says what is wrong."""
    path = root / "assignments" / name / "assignment.toml"
    try:
        parsed = msgspec.toml.decode(path.read_bytes(), type=_AssignmentFile)
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: write the file") from error
    except RecursionError as error:
        raise _refusal(path, "nested too deeply") from error
    except (msgspec.DecodeError, ValueError) as error:  # ValueError: no UTF-8, too long a number
        raise _refusal(path, str(error)) from error
    _check(path, name, parsed)
    return Assignment(root=root, **msgspec.structs.asdict(parsed))


def _check(path: Path, name: str, parsed: _AssignmentFile) -> None:
    for problem in _problems(name, parsed):
        raise _refusal(path, problem)


def _refusal(path: Path, problem: str) -> CourseError:
    return CourseError(f"{path}: {one_line(problem)}. Do: mend the file, then: autograder verify")


def _problems(name: str, parsed: _AssignmentFile) -> Iterator[str]:
    if parsed.name != name:
        yield f"name is {parsed.name!r} but the folder is {name!r}"
    if parsed.profile not in PROFILES:
        yield f"profile {parsed.profile!r} is none of: {', '.join(PROFILES)}"
    if not all(value < MAX_LIMIT for value in astuple(parsed.limits)):
        yield f"limits: a value is not below {MAX_LIMIT:g}"
    if parsed.secret and len(parsed.secret) < MIN_SECRET:
        yield f"secret has fewer than {MIN_SECRET} characters: it could be guessed"
    if not parsed.exercises:
        yield "there are no exercises"
    yield from _bonus_problems(parsed)
    yield from _file_problems(parsed)
    yield from _repeated("exercise", [exercise.id for exercise in parsed.exercises])
    tests = [test for exercise in parsed.exercises for test in exercise.tests]
    yield from _repeated("test", [test.id for test in tests])
    for test in tests:
        yield from _test_problems(test, parsed.secret)
    yield from _sum_problems(parsed)
    if parsed.late:
        yield from policy_problems(parsed.late)
    if parsed.leaderboard:
        yield from _leaderboard_problems(parsed.leaderboard, tests)


def _bonus_problems(parsed: _AssignmentFile) -> Iterator[str]:
    if not 0 <= parsed.max_bonus < math.inf:
        yield "max_bonus is negative or no number"
    if parsed.consensus and not 0 <= parsed.consensus.bonus < MAX_LIMIT:
        yield f"consensus: bonus is {parsed.consensus.bonus:g}, no number of points"


def _leaderboard_problems(leaderboard: Leaderboard, tests: Sequence[Test]) -> Iterator[str]:
    visible = {test.id for test in tests if test.visibility == "public"}
    if leaderboard.test not in visible:
        yield f"leaderboard: {leaderboard.test!r} is no public test of this assignment"


def _file_problems(parsed: _AssignmentFile) -> Iterator[str]:
    if f"{parsed.module}.py" not in parsed.files:
        yield f"{parsed.module}.py, which module names, is not in files"
    files = [*parsed.files, *(form.file for form in parsed.forms)]
    yield from _repeated("file", files)
    if not all(form.max_kib < MAX_LIMIT for form in parsed.forms):
        yield f"forms: max_kib is not below {MAX_LIMIT:g}"
    for file in files:
        if not _stays_inside(file):
            yield f"file {file!r} leaves the folder, or has characters that no name should have"


def _stays_inside(file: str) -> bool:
    return file.isprintable() and file[:1] not in ("", "/") and ".." not in Path(file).parts


def _repeated(what: str, ids: Sequence[str]) -> Iterator[str]:
    return (f"{what} {one} stands twice" for one in sorted({x for x in ids if ids.count(x) > 1}))


def _test_problems(test: Test, secret: str) -> Iterator[str]:
    if "::" not in test.id or not _stays_inside(test.file):
        yield f"test id {test.id!r} is not file::function"
    if test.file.startswith(f"{HIDDEN_FOLDER}/") != (test.visibility == "hidden"):
        yield (
            f"test {test.id} is {test.visibility}, but files in {HIDDEN_FOLDER}/ are hidden "
            "and all others are released"
        )
    if test.visibility == "hidden" and not secret:
        yield f"hidden test {test.id} needs a secret that seeds it"
    if not 0 <= test.points < math.inf:
        yield f"test {test.id} has negative points, or no number of them"


def _sum_problems(parsed: _AssignmentFile) -> Iterator[str]:
    for exercise in parsed.exercises:
        points = sum(test.points for test in exercise.tests)
        if not math.isclose(points, exercise.points):
            yield f"exercise {exercise.id} has {exercise.points:g} points, its tests {points:g}"
    total = sum(exercise.points for exercise in parsed.exercises)
    if not math.isclose(total, parsed.max_score):
        yield f"max_score is {parsed.max_score:g}, the exercises have {total:g} points together"
