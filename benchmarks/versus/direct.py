"""A student's code called in this very process, with nothing in between but a copy of the inputs.

The floor and the other tools use it, so that none of them pays for this grader's frames.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import Tensor

from autograder.course.assignment import Assignment
from autograder.grading.student import Student
from autograder.sandbox.inside import runner
from autograder.sandbox.inside.mapped import map_tensors
from autograder.sandbox.outcome import StudentFailure


class Direct:
    """Calls probes on a module. `data` are safetensors files for MappedTensors arguments."""

    def __init__(
        self, module: ModuleType, assignment: str, data: Mapping[str, Path] | None = None
    ) -> None:
        self._module = module
        self._probes = runner.load_probes(assignment)
        self._mapped = {name: _map(path) for name, path in (data or {}).items()}

    def call(self, probe: str, **arguments: Any) -> dict[str, Tensor]:
        """Raises StudentFailure for whatever the student's code raises."""
        copies = runner.resolve(_copied(arguments), self._mapped)
        try:
            return runner.call_probe(self._probes, probe, self._module, copies)
        except Exception as error:
            raise StudentFailure("error", f"{type(error).__name__}: {error}") from error


def student_in(
    home: Path, assignment: Assignment, data: Mapping[str, Path] | None = None
) -> Student:
    """The student whose files lie in `home`, the module imported anew, what it imports not."""
    if str(home) not in sys.path:
        sys.path.append(str(home))
    module = runner.load_module(home / f"{assignment.module}.py", assignment.module)
    return Student(Direct(module, assignment.name, data))


def _copied(value: Any) -> Any:
    """The tests share their tensors among students, who may change what they are given."""
    match value:
        case Tensor():
            return value.clone()
        case dict():
            return {name: _copied(item) for name, item in value.items()}
        case list() | tuple():
            return type(value)(_copied(item) for item in value)
    return value


def _map(path: Path) -> dict[str, Tensor]:
    with path.open("rb") as file:
        return map_tensors(file.fileno())
