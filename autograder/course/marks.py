"""The grammar of `# [MASK ...]` comments: from the comment lines of a reference to its marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from autograder.course.one_line import one_line
from autograder.errors import CourseError

MASK = re.compile(r"\[\s*MASK\b")
BLOCK = "begin"
_IDENTIFIER = r"[A-Za-z_][\w-]*"
_BEGIN = re.compile(rf"#\s*\[MASK\s+({_IDENTIFIER})/({_IDENTIFIER})\]\s*(.*?)\s*")
_END = re.compile(r"#\s*\[MASK\s+end\]\s*")
_HINT = re.compile(r"#\s*(hint|提示)\s*[:：]\s*(.*?)\s*")


@dataclass(frozen=True)
class Mark:
    """One mark and its hints; lines count from 1 in the reference."""

    exercise: str
    name: str
    target: str  # an expression's text, "" for the whole statement below, or `BLOCK`
    hints: tuple[str, ...]
    hints_zh: tuple[str, ...]
    line: int
    below: int  # the first line below the mark and its hints
    end: int | None = None  # the line of a block's `# [MASK end]`


def read_marks(comments: Mapping[int, str], path: str) -> tuple[Mark, ...]:
    """The marks among the comments that stand on lines of their own, by line number, in order.

    Raises CourseError for a mark that is malformed, lacks a hint, or repeats a name, for blocks
    that do not begin and end one after another, and for a hint that no mark stands above.
    """
    marks: list[Mark] = []
    opened: Mark | None = None
    below = 0
    for line, comment in sorted(comments.items()):
        if line < below:
            continue  # a hint of the mark above
        if _END.fullmatch(comment):
            if opened is None:
                raise refusal(path, line, "this block ends but never began", "add its begin mark")
            marks.append(replace(opened, end=line))
            opened = None
        elif MASK.search(comment):
            mark = _read_mark(comments, line, path)
            if opened is not None:
                raise _inside(mark, opened, path)
            below = mark.below
            if mark.target == BLOCK:
                opened = mark
            else:
                marks.append(mark)
        elif _HINT.fullmatch(comment):
            raise refusal(path, line, "a hint without a mark", "put it directly below its mark")
    if opened is not None:
        raise refusal(path, opened.line, "this block is not closed", "add `# [MASK end]` below it")
    _refuse_twins(marks, path)
    return tuple(marks)


def refusal(path: str, line: int, reason: str, remedy: str) -> CourseError:
    return CourseError(f"{path}:{line}: {one_line(reason)}. Do: {remedy}")


def _read_mark(comments: Mapping[int, str], line: int, path: str) -> Mark:
    match = _BEGIN.fullmatch(comments[line])
    if not match:
        remedy = "write `# [MASK exercise/name] expression`, or `begin` or nothing in its place"
        raise refusal(path, line, "a malformed mark", remedy)
    hints: dict[str, list[str]] = {"hint": [], "提示": []}
    below = line + 1
    while hint := _HINT.fullmatch(comments.get(below, "")):
        if not hint[2]:
            raise refusal(path, below, "an empty hint", "write the hint or delete the line")
        hints[hint[1]].append(hint[2])
        below += 1
    if not hints["hint"]:
        raise refusal(path, line, "a mark without a hint", "add `# hint: ...` directly below it")
    exercise, name, target = match.groups()
    return Mark(exercise, name, target, tuple(hints["hint"]), tuple(hints["提示"]), line, below)


def _inside(mark: Mark, block: Mark, path: str) -> CourseError:
    reason = (
        f"this mark overlaps the block {block.exercise}/{block.name} that line {block.line} begins"
    )
    return refusal(path, mark.line, reason, "close that block above it, or take one mark away")


def _refuse_twins(marks: list[Mark], path: str) -> None:
    lines: dict[tuple[str, str], int] = {}
    for mark in marks:
        first = lines.setdefault((mark.exercise, mark.name), mark.line)
        if first != mark.line:
            reason = f"{mark.exercise}/{mark.name} also marks line {first}"
            raise refusal(path, mark.line, reason, "give each mark its own name")
