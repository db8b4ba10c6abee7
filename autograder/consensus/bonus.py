"""The lecturer's joke, taken seriously: a bonus in proportion to what the class's majority scores.

Only an assignment with `[consensus]` has it, and only for those who have earned something.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from autograder.consensus.result import FILE, ClassScore, load
from autograder.course.assignment import Assignment, Language
from autograder.errors import CourseError
from autograder.reports.schema import Adjustment, Report


def bonus_of(most: float, vote: ClassScore) -> float:
    """What each student gets of at most so many points."""
    return round(most * vote.share, 3)


def read_vote(folder: Path, assignment: Assignment) -> ClassScore | None:
    """What `consensus` found, in a folder of reports; None where no bonus hangs on it.

    Raises CourseError for a file that is none of `consensus`.
    """
    path = folder / FILE
    if assignment.consensus is None or not path.is_file():
        return None
    try:
        found = load(path.read_bytes(), str(path)).get(assignment.name)
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check its permissions") from error
    return found.as_one if found else None


def with_bonus(
    report: Report, assignment: Assignment, vote: ClassScore | None, language: Language
) -> Report:
    """The report with the bonus among its adjustments; its final score is left to be summed."""
    if not assignment.consensus or not vote or not report.score:
        return report
    points = bonus_of(assignment.consensus.bonus, vote)
    if not points:
        return report
    made = Adjustment(kind="bonus", points=points, reason=_reason(vote, language))
    return msgspec.structs.replace(report, adjustments=(*report.adjustments, made))


def _reason(vote: ClassScore, language: Language) -> str:
    score = f"{vote.score:g} / {vote.max_score:g}"
    if language == "zh":
        return f"少数服从多数：全班合成的程序得 {score} 分"
    return f"the class's majority vote scores {score}"
