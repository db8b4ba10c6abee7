"""The suite as the other tools run it: the same tests, with the student in the same process."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys

import hypothesis
import torch

from autograder.course.assignment import Assignment, find_course
from autograder.grading.draw import Draw
from autograder.grading.student import Student
from benchmarks.versus.classes import ASSIGNMENT, ROOT
from benchmarks.versus.direct import Direct

torch.set_num_threads(1)


@functools.cache
def assignment() -> Assignment:
    return find_course(ROOT).assignment(ASSIGNMENT)


def ids() -> list[str]:
    """Of all tests that need no model of the real size, public and hidden."""
    return [test.id for test in assignment().tests if not test.needs_model]


class Cells:
    """The suite for cells of a notebook, each of which runs one test on the notebook's code."""

    def __init__(self) -> None:
        self._student = Student(Direct(sys.modules["__main__"], ASSIGNMENT))
        self._draw = Draw(assignment())

    def run(self, test_id: str) -> None:
        """Raises what the test raises."""
        file, name = test_id.split("::")
        module = f"tests.{ASSIGNMENT}.{file.removesuffix('.py').replace('/', '.')}"
        test = getattr(importlib.import_module(module), name)
        self._draw.test_id = test_id
        if getattr(test, "is_hypothesis_test", False):
            hypothesis.seed(self._draw.seed("hypothesis"))(test)
        self._student.begin_test()
        fixtures = {"student": self._student, "draw": self._draw}
        wanted = inspect.signature(test).parameters
        test(**{name: fixtures[name] for name in wanted})
