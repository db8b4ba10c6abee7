"""`autograder export notebooks OUT`: the student's version as notebooks, without nbgrader.

    OUT/<assignment>/<assignment>.ipynb     to open in Jupyter or Colab; it holds all that it needs
    OUT/<assignment>/<assignment>.nb.py     the same as a script, paired by jupytext

The first cell installs the grader, the second writes the course's files beside the notebook where
they are not there yet. What is handed in is the notebook: see autograder/intake/notebooks.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.course.assignment import Assignment, Language
from autograder.course.exporting import Export
from autograder.course.release import template_files
from autograder.errors import CourseError
from autograder.intake.notebooks import CHECK_LINE
from autograder.notebooks import parts
from autograder.notebooks.cells import Cell, code, markdown, notebook
from autograder.notebooks.packed import pack
from autograder.notebooks.pieces import Piece

PAIRED = ".nb.py"
_PAIRING = {"formats": f"ipynb,{PAIRED}:percent"}
_EXTRA = "pip install 'autograder[notebooks]'"

_WORDS = {
    "work": {
        "en": "## Your work\n\nReplace each `[MASK]` and run the cells. All code down to the check "
        "is handed in; you may add cells in between.",
        "zh": "## 你的工作\n\n把每个 `[MASK]` 换成代码，并运行这些单元格。"
        "到“检查”为止的代码都会被提交；中间可以自己加单元格。",
    },
    "check": {
        "en": "## Check\n\nRun the cells above, then this one, as often as you like.",
        "zh": "## 检查\n\n先运行上面的单元格，再运行这一格，次数不限。",
    },
    "below": {
        "en": "What stands below is not handed in: try things out here.\n\nTo hand in, save this "
        "notebook as `{name}/{name}.ipynb`, with the other files of the task beside it.",
        "zh": "以下内容不会被提交，可以随意试验。\n\n"
        "提交时，把这个笔记本保存为 `{name}/{name}.ipynb`，任务的其他文件放在旁边。",
    },
}


def export_notebooks(call: Export) -> Iterator[str]:
    """Writes a notebook an assignment and its pair; what else lies there stays."""
    template = template_files(call.course)
    files: dict[str, bytes] = {}
    for assignment in call.assignments:
        stem = f"{assignment.name}/{assignment.name}"
        made = student_notebook(template, assignment, call.language, call.grader)
        files |= {f"{stem}.ipynb": made, f"{stem}{PAIRED}": _paired(made)}
    parts.write_folder(call.output, files)
    yield f"{call.output}: {', '.join(files)}"


def student_notebook(
    template: Mapping[str, bytes], assignment: Assignment, language: Language, grader: str
) -> bytes:
    shared, own = parts.released(template, assignment)
    packed = pack(parts.in_course(shared) | own)

    def say(name: str) -> Cell:
        return markdown(name, _WORDS[name][language].format(name=assignment.name))

    cells = [
        parts.install_cell(grader),
        code("setup", parts.setup_text(assignment, language, packed), folded=True),
        parts.handout(assignment, language),
        say("work"),
        *parts.file_cells(assignment, language, _file_cell),
        say("check"),
        code("check", f"{CHECK_LINE}\n{parts.GRADED}.check()"),
        say("below"),
    ]
    return notebook(cells, jupytext=_PAIRING)


def _file_cell(name: str, piece: Piece, begin: str) -> Cell:
    return code(name, begin + piece.template)


def _paired(made: bytes) -> bytes:
    try:
        import jupytext
    except ImportError as error:
        raise CourseError(f"jupytext is not installed here. Do: {_EXTRA}") from error
    text: str = jupytext.writes(jupytext.reads(made.decode(), fmt="ipynb"), fmt="py:percent")
    return text.encode()
