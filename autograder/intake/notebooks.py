"""Reads a student's notebook where a `.py` is expected: its code cells as text, never run here.

A notebook may hold several files. A cell whose first line is `# file: NAME` begins one; what
follows belongs to it, up to the next file or to the first cell that is the grader's: a test of
nbgrader's, or one that begins with `# grader: check`. What stands below is the student's own
scratch paper. Cells above the first file belong to it, but for those that begin with `# grader:`.
A notebook without any such line is one file, and all its code cells but the grader's are that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

import msgspec

from autograder.intake.magics import IpythonOnly, as_python, without_cell_magic
from autograder.intake.submission import Rejection, check_size

SUFFIX = ".ipynb"
MAX_NOTEBOOK_BYTES = 8 << 20  # with its outputs: plots are text in it
MAX_CELLS = 10_000

FILE_LINE = "# file: {}"
GRADER_LINE = "# grader:"
CHECK_LINE = f"{GRADER_LINE} check"

_FILE = re.compile(r"#\s*file:\s*(\S+)\s*")
_LANGUAGE = "python"
_HEAD = "# -*- coding: utf-8 -*-"  # whatever a cell's first line says


class _Tool(msgspec.Struct):
    """What nbgrader says of a cell."""

    grade: bool = False
    solution: bool = False


class _CellFacts(msgspec.Struct):
    nbgrader: _Tool = msgspec.field(default_factory=_Tool)


class _Cell(msgspec.Struct):
    cell_type: str = ""
    source: str | list[str] = ""
    metadata: _CellFacts = msgspec.field(default_factory=_CellFacts)

    @property
    def text(self) -> str:
        whole = self.source if isinstance(self.source, str) else "".join(self.source)
        return whole.replace("\r\n", "\n").replace("\r", "\n")

    @property
    def first_line(self) -> str:
        return self.text.lstrip("\n").partition("\n")[0].strip()

    @property
    def is_graders(self) -> bool:
        return self.is_last or self.first_line.startswith(GRADER_LINE)

    @property
    def is_last(self) -> bool:
        """Whether the files end here: it is a test."""
        facts = self.metadata.nbgrader
        return (facts.grade and not facts.solution) or self.first_line.startswith(CHECK_LINE)


class _Kernel(msgspec.Struct):
    language: str = _LANGUAGE


class _Facts(msgspec.Struct):
    kernelspec: _Kernel = msgspec.field(default_factory=_Kernel)


class _Notebook(msgspec.Struct):
    nbformat: int = 0
    cells: list[_Cell] = []
    metadata: _Facts = msgspec.field(default_factory=_Facts)


def notebook_names(assignment: str, file: str) -> tuple[str, ...]:
    """What the notebook that may stand for a listed file is called: after it, or the assignment.

    Relative to `<student>/<assignment>/`; the first that is there counts.
    """
    path = PurePosixPath(file)
    names = [str(path.with_suffix(SUFFIX)), f"{assignment}{SUFFIX}"] if path.suffix == ".py" else []
    return tuple(dict.fromkeys(names))


def code_in(place: str, data: bytes, file: str, files: Collection[str]) -> bytes:
    """The text of `file`, one of the assignment's `files`, in the notebook `data`.

    Lines that are IPython's and not Python's are made comments. Raises Rejection, which names
    `place`, for what is no notebook of Python, holds no such file, or is too large.
    """
    cells = [cell for cell in _read(place, data).cells if cell.cell_type == "code"]
    chosen = [*_cells_of(place, cells, file, files)]
    check_size(place, sum(len(cell.text) for _, cell in chosen))
    parts = [f"# %% code cell {number}\n{without_cell_magic(cell.text)}"
             for number, cell in chosen]  # fmt: skip
    try:
        code = as_python("\n\n".join((_HEAD, *parts)) + "\n").encode()
    except IpythonOnly as error:
        raise Rejection(f"{place}: {error}. Do: write it in Python, or delete it") from error
    except UnicodeEncodeError as error:
        raise Rejection(f"{place}: holds half a character. Do: delete it") from error
    check_size(place, len(code))
    return code


def _read(place: str, data: bytes) -> _Notebook:
    try:
        notebook = _decoded(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Rejection(f"{place}: no notebook ({reason}). Do: save it in Jupyter again") from error
    if notebook.nbformat != 4:
        form = f"a notebook of format {notebook.nbformat}, not 4"
        raise Rejection(f"{place}: {form}. Do: save it in Jupyter again")
    if notebook.metadata.kernelspec.language.lower() != _LANGUAGE:
        raise Rejection(f"{place}: not a notebook of Python. Do: choose a Python kernel")
    if len(notebook.cells) > MAX_CELLS:
        raise Rejection(f"{place}: more than {MAX_CELLS:,} cells. Do: hand in the filled one only")
    return notebook


def _decoded(data: bytes) -> _Notebook:
    """Only what is asked for is looked at. A plot in the outputs may hold NaN, which is no JSON."""
    try:
        return msgspec.json.decode(data, type=_Notebook)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(data), _Notebook)


def _cells_of(
    place: str, cells: list[_Cell], file: str, files: Collection[str]
) -> Iterator[tuple[int, _Cell]]:
    """The cells of a file, each with its number among the code cells, from 1."""
    begins = [_begun(cell, files) for cell in cells]
    marked = [name for name in begins if name]
    if file not in marked and (marked or (len(files) > 1 and not _is_named_after(place, file))):
        raise Rejection(
            f"{place}: no cell begins with `{FILE_LINE.format(file)}`. Do: put this line into the "
            "first cell of that file"
        )
    current: str | None = marked[0] if marked else file
    for number, (cell, begun) in enumerate(zip(cells, begins, strict=True), start=1):
        if marked and (begun or cell.is_last):
            current = begun
        if current == file and not cell.is_graders:
            yield number, cell


def _begun(cell: _Cell, files: Collection[str]) -> str | None:
    match = _FILE.fullmatch(cell.first_line)
    return match[1] if match and match[1] in files and not cell.is_graders else None


def _is_named_after(place: str, file: str) -> bool:
    return PurePosixPath(place).stem == PurePosixPath(file).stem
