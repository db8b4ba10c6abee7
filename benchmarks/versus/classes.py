"""The class that every tool grades: right answers, mistakes and gaps of the gpt2 assignment."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = "gpt2"
FILE = "modeling_gpt2.py"

SOURCES = {
    "reference": ROOT / "solutions" / ASSIGNMENT / FILE,
    "no_scale": ROOT / "submissions/s04-no-scale" / ASSIGNMENT / FILE,
    "einsum": ROOT / "tests/course/gpt2/correct/einsum.py",
    "half_done": ROOT / "submissions/s03-half-done" / ASSIGNMENT / FILE,
    "sdpa_mask": ROOT / "tests/course/gpt2/correct/sdpa_bool_mask.py",
    "labels_not_shifted": ROOT / "submissions/s06-labels-not-shifted" / ASSIGNMENT / FILE,
}

Class = Mapping[str, str]  # by student, the text of the file handed in


def class_of(size: int) -> Class:
    """The submissions above, again and again up to `size`; no two of a class are the same bytes."""
    sources = zip(range(size), itertools.cycle(SOURCES.items()))
    return {f"s{number:03}_{name}": f"{path.read_text()}\n# student {number}\n"
            for number, (name, path) in sources}  # fmt: skip


def name_of(student: str) -> str:
    """Which of the submissions a student of a class handed in."""
    return student.split("_", 1)[1]


def write_class(folder: Path, students: Class) -> None:
    """As `autograder grade` takes a class: <student>/<assignment>/<file>."""
    for student, text in students.items():
        home = folder / student / ASSIGNMENT
        home.mkdir(parents=True)
        (home / FILE).write_text(text)
