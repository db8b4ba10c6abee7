"""What a target of `autograder export` is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.course.assignment import Assignment, Course, Language

WithoutLandlock = Literal["refuse", "none"]


@dataclass(frozen=True)
class Export:
    """One call: what is wanted, and where it is to lie."""

    course: Course
    output: Path  # a folder or a file, as the target has it
    assignments: tuple[Assignment, ...]
    reports: Path  # where `autograder grade` wrote
    language: Language
    grader: str = "autograder"  # what pip is told to install
    without_landlock: WithoutLandlock = "refuse"  # of gradescope: where its kernel lacks that
