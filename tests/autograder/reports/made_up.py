"""Reports for the tests of renderers: one student's, with every kind of ending in it."""

from __future__ import annotations

from autograder.course.assignment import Language
from autograder.course.gaps import Unfilled
from autograder.reports.schema import (
    Adjustment,
    ExerciseReport,
    Report,
    SubmissionInfo,
    TestReport,
    TestStatus,
)
from autograder.reports.words import describe_gap

NASTY = "</pre><script>alert(1)</script> **bold** | @all #1 `x` [a](b)\n\n# heading\n::error::x"
GAP = Unfilled(2, "scale", "product", 9, ("The factor goes last.",), ("系数在最后。",))


def a_test(
    name: str, status: TestStatus, score: float, message: str = "", **fields: object
) -> TestReport:
    plain = {
        "id": f"test_tiny.py::{name}", "exercise": "sum", "title": name.replace("_", " "),
        "status": status, "score": score, "max_score": 4.0, "visibility": "public",
        "message": message, "hint": "" if status == "passed" else "which axis?",
        "duration_s": 0.25,
    }  # fmt: skip
    return TestReport(**{**plain, **fields})  # type: ignore[arg-type]


def a_report(*tests: TestReport, **fields: object) -> Report:
    scores = {one: [test for test in tests if test.exercise == one] for one in ("sum", "scale")}
    plain = {
        "assignment": "tiny",
        "submission": SubmissionInfo(id="s01", sha256="0" * 64, files=("tiny.py",)),
        "status": "graded",
        "score": sum(test.score for test in tests),
        "max_score": sum(test.max_score for test in tests),
        "final_score": sum(test.score for test in tests),
        "exercises": tuple(
            ExerciseReport(
                id=name,
                title={"sum": "Sum *of* all", "scale": "Scale"}[name],
                score=sum(test.score for test in found),
                max_score=sum(test.max_score for test in found),
            )
            for name, found in scores.items()
        ),
        "tests": tests, "isolation": "none", "seed": 1, "versions": {}, "model": "",
        "started_at": "2026-11-26T12:00:00Z", "duration_s": 1.5,
    }  # fmt: skip
    return Report(**{**plain, **fields})  # type: ignore[arg-type]


def every_ending(language: Language = "en") -> Report:
    """Passed with a note, partial, failed, an error with a nasty message, an open gap, skipped."""
    return a_report(
        a_test("adds_up", "passed", 4.0, notes=("two answers were right",)),
        a_test("adds_up_by_halves", "partial", 2.0, "half: not 3\nwhole: 5 is not 6"),
        a_test("keeps_the_axis", "failed", 0.0, "total: has shape (3,), expected (4,)."),
        a_test("works_for_one", "error", 0.0, f"ValueError: {NASTY}"),
        a_test("multiplies", "error", 0.0, describe_gap(GAP, language), exercise="scale"),
        a_test("is_skipped", "skipped", 0.0, exercise="scale"),
        adjustments=(Adjustment(kind="bonus", points=1.0, reason="an equation of one's own"),),
    )


def rejected() -> Report:
    reason = "tiny/tiny.py: not handed in. Do: put the file there"
    return a_report(status="rejected", reason=reason, max_score=10.0, assignment="other")
