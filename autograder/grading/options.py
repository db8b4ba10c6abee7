"""What a run of the grader is about, the same for every submission. Light: no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.course.assignment import Language
from autograder.models.weights import Model

Isolation = Literal["landlock", "none"]


@dataclass(frozen=True)
class Options:
    isolation: Isolation = "landlock"
    language: Language = "en"
    model: Model | None = None
    diagnose: bool = True  # name known mistakes, where the course has some
    reveal: bool = False  # say what hidden tests saw: for the instructor's eyes only
