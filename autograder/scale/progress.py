"""A report for each submission of a class, whatever becomes of it, with a progress bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.grading.blank import blank_report
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.scale.job import Failed, Job
from autograder.scale.local import grade_all


def with_progress(job: Job, submissions: Sequence[Submission], jobs: int) -> Iterator[Report]:
    """A report for each submission, as they are done, with a bar on stderr meanwhile."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn(), TextColumn("·"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(job.assignment.name, total=len(submissions))
        for report in _reports(job, submissions, jobs):
            progress.advance(task)
            yield report


def _reports(job: Job, submissions: Sequence[Submission], jobs: int) -> Iterator[Report]:
    for submission in submissions:
        if submission.problem:
            yield blank_report(job.assignment, submission, job.options, "rejected",
                               submission.problem)  # fmt: skip
    for result in grade_all(job, [one for one in submissions if not one.problem], jobs):
        if isinstance(result, Failed):
            yield blank_report(job.assignment, result.submission, job.options, "ungradable",
                               result.reason)  # fmt: skip
        else:
            yield result
