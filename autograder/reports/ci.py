"""The files that a check leaves for a workflow: each is what one reader of them takes."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.course.assignment import Language
from autograder.reports.annotations import Remark, code_quality, workflow_commands
from autograder.reports.classroom import classroom_result
from autograder.reports.junit import junit_xml
from autograder.reports.markdown import Part, job_summary
from autograder.reports.schema import encode


def ci_files(
    parts: Sequence[Part], remarks: Sequence[Remark], language: Language
) -> dict[str, bytes]:
    """By name: for people, for GitHub, for GitLab, for GitHub Classroom, and the JSON reports."""
    reports = [part.report for part in parts]
    return {
        "summary.md": job_summary(parts, language).encode(),
        "annotations.txt": workflow_commands(remarks, language).encode(),
        "junit.xml": junit_xml(reports, language),
        "codequality.json": code_quality(remarks),
        "classroom.txt": classroom_result(reports),
        **{f"{report.assignment}.json": encode(report) for report in reports},
    }
