"""The suite as the other tools run it: the same tests, with the student in the same process."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import torch
from torch import Tensor

from autograder.course.assignment import Assignment, find_course
from autograder.grading.draw import Draw
from autograder.grading.student import Student
from autograder.sandbox import protocol
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.inside import runner
from benchmarks.versus.classes import ASSIGNMENT, ROOT

torch.set_num_threads(1)


@functools.cache
def assignment() -> Assignment:
    return find_course(ROOT).assignment(ASSIGNMENT)


def ids() -> list[str]:
    """Of all tests that need no model of the real size, public and hidden."""
    return [test.id for test in assignment().tests if not test.needs_model]


def student_in(folder: Path) -> Student:
    """The student whose file lies in `folder`, imported into this process."""
    task = assignment()
    return Student(InProcess(folder, task.name, task.module, call_s=task.limits.call_s))


class InModule:
    """Calls probes on a module that is there already, as a notebook's own is."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._probes = runner.load_probes(ASSIGNMENT)

    def call(self, probe: str, **arguments: Any) -> dict[str, Tensor]:
        copies = _copied(arguments)  # the tests share theirs among students
        outputs: dict[str, Tensor] = _copied(
            runner.call_probe(self._probes, probe, self._module, copies)
        )
        return outputs


def _copied(value: Any) -> Any:
    return protocol.decode(protocol.encode(value), sys.maxsize)


class Cells:
    """The suite for cells of a notebook, each of which runs one test on the notebook's code."""

    def __init__(self) -> None:
        self._student = Student(InModule(sys.modules["__main__"]))
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
