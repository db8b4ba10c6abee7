"""An assignment's reference, read as a submission is."""

from __future__ import annotations

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.intake.discover import Student, read_submission
from autograder.intake.submission import Submission

REFERENCE = "reference"  # its id


def read_reference(assignment: Assignment) -> Submission:
    """With its forms. Raises CourseError where a file is missing or cannot be read."""
    found = read_submission(Student(REFERENCE, assignment.root / "solutions"), assignment)
    for problem in filter(None, (found.problem, *found.unread.values())):
        raise CourseError(problem)
    return found
