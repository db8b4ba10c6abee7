"""`autograder export gradescope OUT.zip`: what is uploaded as an assignment's autograder."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from importlib import resources

from autograder.course.assignment import Assignment, Language
from autograder.course.exporting import Export, WithoutLandlock
from autograder.course.files import graded_files
from autograder.diagnosis.known import refuse_faults
from autograder.diagnosis.table import Known, encode_known
from autograder.errors import CourseError
from autograder.gradescope import settings
from autograder.gradescope.settings import Settings, encode_settings
from autograder.gradescope.wheel import own_wheel, pinned, wheel_name, zipped
from autograder.grading.options import Options
from autograder.reports.whole import write_whole
from autograder.sandbox.inside.profiles import PROFILES
from autograder.scale.cache import Cache
from autograder.scale.diagnosing import known_mistakes
from autograder.scale.job import Job
from autograder.scale.local import grade_all

SCRIPTS = ("setup.sh", "run_autograder")  # which Gradescope looks for at the zip's top
MAX_MIB = 100  # what Gradescope takes


def export_zip(call: Export) -> Iterator[str]:
    """Writes the zip and says what is in it, and what it does where Landlock lacks."""
    if len(call.assignments) > 1:
        names = ", ".join(one.name for one in call.assignments)
        raise CourseError(f"an autograder is of one of {names}. Do: name it with --assignment")
    assignment = call.assignments[0]
    known = _known(call, assignment)
    data = autograder_zip(assignment, call.without_landlock, call.language, known)
    if len(data) > MAX_MIB << 20:
        raise CourseError(
            f"{call.output}: {len(data) >> 20} MiB, more than the {MAX_MIB} that Gradescope takes. "
            f"Do: move large files out of tests/{assignment.name}/"
        )
    write_whole(call.output, data)
    yield f"{call.output}: {assignment.name}, {len(data) / 1024:,.0f} KiB"
    yield _what_without(call.without_landlock)


def _known(call: Export, assignment: Assignment) -> Known:
    """The table of known mistakes, so that no container has to run them."""
    execute = functools.partial(grade_all, jobs=len(os.sched_getaffinity(0)))
    job = Job(assignment, Options(language=call.language))
    refuse_faults(assignment)
    return known_mistakes(job, execute, Cache(call.course.root))


def autograder_zip(
    assignment: Assignment,
    without_landlock: WithoutLandlock,
    language: Language,
    known: Known | None = None,
) -> bytes:
    """The zip: the two scripts, this grader, and of the course what grading reads.

    Raises CourseError for a part of the course that cannot be read.
    """
    here = resources.files("autograder.gradescope")
    chosen = Settings(
        assignment=assignment.name, without_landlock=without_landlock, language=language
    )
    pins = pinned(["autograder", *PROFILES[assignment.profile].distributions])
    files = {
        **{name: (here / name).read_bytes() for name in SCRIPTS},
        settings.FILE: encode_settings(chosen),
        "requirements.txt": _lines(
            f"{name}=={version}" for name, version in pins.items() if name != "autograder"
        ),
        "needs.txt": _lines(assignment.needs),
        settings.KNOWN: encode_known(known or Known()),
        wheel_name(): own_wheel(),
        **{f"{settings.COURSE}/{name}": data for name, data in graded_files(assignment).items()},
    }
    return zipped(files, executable=SCRIPTS)


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _what_without(choice: WithoutLandlock) -> str:
    if choice == "none":
        return (
            "Where its kernel lacks Landlock, code runs there without isolation: it can read the "
            "reference and the hidden tests, and write any mark"
        )
    return (
        "Where its kernel lacks Landlock, nothing is graded there and results.json says so; "
        "--without-landlock none would run code unconfined"
    )
