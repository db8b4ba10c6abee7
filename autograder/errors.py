"""The two kinds of trouble that are not the student's: the course or call is wrong, or we are."""


class CourseError(Exception):
    """The course, or the way the command was called, is wrong (exit code 2).

    The message is one line: the path, what is wrong with it, and what to do next.
    """


class GraderFault(Exception):
    """The grader or the machine is at fault: the submission is ungradable, never zero (exit 3)."""
