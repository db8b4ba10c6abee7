"""The lines of a notebook's cell that are IPython's: `%magic`, `!shell`, `help?`.

They are made comments, each in its place, so that all other lines keep their numbers. What is
Python and what is not, Python's own parser says: a `%` inside a string or an expression stays.
"""

from __future__ import annotations

import ast
import re
import warnings

MOST_LINES = 100  # in one file: each costs another look at the file
MOST_LOOKED_AT = 4_000_000  # characters, of all these looks: about a second

_RUNS_PYTHON = ("%%time", "%%capture", "%%prun")  # cell magics whose body is run as it is
_LINE = re.compile(r"\s*(?:[%!?]|[^\s=#'\"]+\?{1,2}\s*$)")
_VALUE = re.compile(r"\s*[\w.,\[\] ]+=\s*[%!]")


class IpythonOnly(Exception):
    """A line that gives a value which only IPython can make, or too many lines of IPython's."""


def without_cell_magic(cell: str) -> str:
    """The cell with its `%%magic` made a comment; and with it all of a body that is not Python."""
    lines = cell.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].startswith("%%"):
        return cell
    if lines[first].split()[0] not in _RUNS_PYTHON:
        return "\n".join(f"# {line}" for line in lines)
    lines[first] = f"# {lines[first]}"
    return "\n".join(lines)


def as_python(text: str) -> str:
    """The text with IPython's lines made comments; as it is, where Python can read it.

    What is wrong in other ways stays, and whoever imports it is told. Raises IpythonOnly.
    """
    lines = text.split("\n")
    for _ in range(min(MOST_LINES, MOST_LOOKED_AT // (len(text) + 1))):
        wrong = _wrong_line(lines)
        if wrong is None or not _is_ipythons(lines[wrong]):
            return "\n".join(lines)
        _comment_out(lines, wrong)
    raise IpythonOnly("too many lines of it are IPython's, not Python's")


def _wrong_line(lines: list[str]) -> int | None:
    """Where Python stops reading, from 0; None where it does not, or cannot say."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse("\n".join(lines))
    except SyntaxError as error:
        line = error.lineno or 0
        return line - 1 if 0 < line <= len(lines) else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _is_ipythons(line: str) -> bool:
    if _VALUE.match(line):
        raise IpythonOnly(f"`{line.strip()[:80]}` is IPython's, and the grader runs Python only")
    return bool(_LINE.match(line))


def _comment_out(lines: list[str], number: int) -> None:
    """A statement in its place that does nothing; lines that it goes on in are its comment too."""
    indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    goes_on = True
    while goes_on and number < len(lines):
        goes_on = lines[number].endswith("\\")
        shown = lines[number].strip().rstrip("\\")
        lines[number] = f"{indent}pass  # {shown}"
        number += 1
