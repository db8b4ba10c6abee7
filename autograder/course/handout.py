"""The section of a handout that an exercise leans on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, Exercise, Language
from autograder.errors import CourseError

_HEADING = re.compile(r"#+\s+(.*?)\s*")
_BOLD = re.compile(r"(?:- )?\*\*(.*?)\*\*")


@dataclass(frozen=True)
class Section:
    """Where to read: a heading, or the bold words at the start of a paragraph or an entry."""

    path: str  # from the template's root
    line: int
    title: str
    opening: str  # its first paragraph, as Markdown


def section(assignment: Assignment, exercise: Exercise, language: Language) -> Section | None:
    """None where the exercise names no section, or the file is no longer there.

    Raises CourseError for a section that its handout lacks.
    """
    title = exercise.handout and exercise.handout.in_language(language)
    name = "README.zh.md" if language == "zh" else "README.md"
    path = next((path for path in _places(assignment, name) if path.is_file()), None)
    if not title or path is None:
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if _title(line) == title:
            shown = f"{assignment.name}/{name}"
            return Section(shown, number + 1, title, _paragraph(lines, number))
    raise CourseError(
        f"{path}: no heading or bold words {title!r}, which exercise {exercise.id} names. "
        f"Do: mend one of them, in {assignment.toml}"
    )


def _places(assignment: Assignment, name: str) -> tuple[Path, Path]:
    """Beside the student's files in a template, beside the tests' probes in a course."""
    return assignment.root / assignment.name / name, assignment.folder / name


def _title(line: str) -> str | None:
    match = _HEADING.fullmatch(line) or _BOLD.match(line)
    return match and match[1]


def _paragraph(lines: list[str], start: int) -> str:
    """The paragraph, or entry of a list, that begins here; at a heading the first below it."""
    if _HEADING.fullmatch(lines[start]):
        start += 1
    while start < len(lines) and not lines[start].strip():
        start += 1
    stop = start + 1
    while stop < len(lines) and lines[stop].strip() and not lines[stop].startswith("- "):
        stop += 1
    return "\n".join(lines[start:stop]).removeprefix("- ")
