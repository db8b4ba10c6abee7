"""A report without test results: of a submission rejected, ungradable, or still to be scored."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from autograder import __version__
from autograder.course.assignment import Assignment
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.models.origins import READABLE
from autograder.models.store import locate
from autograder.reports.schema import ExerciseReport, Report, SubmissionInfo

_SMALL_MODELS = "small random models"
_LIBRARIES = ("torch", "transformers", "numpy", "pytest", "hypothesis")


def blank_report(
    assignment: Assignment,
    submission: Submission,
    options: Options,
    status: Literal["graded", "ungradable", "rejected"],
    reason: str = "",
) -> Report:
    """`rejected` scores 0 of the full points; `ungradable` has no score."""
    points = None if status == "ungradable" else 0.0
    return Report(
        assignment=assignment.name,
        submission=SubmissionInfo(
            id=submission.student, sha256=submission.sha256, files=tuple(sorted(submission.files))
        ),
        status=status,
        reason=reason,
        score=points,
        max_score=assignment.max_score,
        final_score=points,
        exercises=tuple(
            ExerciseReport(
                id=exercise.id,
                title=exercise.title.in_language(options.language),
                score=0.0,
                max_score=exercise.points,
            )
            for exercise in assignment.exercises
        ),
        tests=(),
        isolation=options.isolation,
        seed=assignment.seed,
        versions=versions(),
        model=options.model.name if options.model else data_of(assignment) or _SMALL_MODELS,
        started_at=utc(datetime.now(UTC)),
        duration_s=0.0,
    )


def data_of(assignment: Assignment) -> str:
    """The data that its tests need, each with the beginning of its SHA-256."""
    return ", ".join(f"{name} {_sha256(locate(name))[:12]}" for name in assignment.needs)


@functools.cache
def _sha256(folder: Path) -> str:
    """Of a folder's files, in order of name: names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in READABLE):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


@functools.cache
def versions() -> dict[str, str]:
    """The versions that decide a result."""
    return {
        "autograder": __version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
