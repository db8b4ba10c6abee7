"""A student's own work, in the template's folder."""

from __future__ import annotations

from autograder.course.assignment import Assignment, Course
from autograder.errors import CourseError
from autograder.intake.discover import Student, read_submission
from autograder.intake.submission import Submission


def as_handed_in(course: Course, assignment: Assignment) -> Submission:
    """What lies in the folder, as the grader would read it."""
    return read_submission(Student(course.root.name, course.root), assignment)


def read_own(course: Course, assignment: Assignment) -> Submission:
    """What lies in the folder; CourseError for what could not be handed in like this."""
    submission = as_handed_in(course, assignment)
    for problem in filter(None, (submission.problem, *submission.unread.values())):
        raise CourseError(problem)
    return submission
