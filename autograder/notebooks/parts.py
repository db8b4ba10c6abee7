"""What every notebook of an assignment holds: the handout, the files cut into cells, the course."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from autograder.course.assignment import Assignment, Language
from autograder.course.masked import mask_reference
from autograder.errors import CourseError
from autograder.intake.notebooks import FILE_LINE, GRADER_LINE
from autograder.notebooks.cells import Cell, code, markdown
from autograder.notebooks.kernel import COURSE
from autograder.notebooks.pieces import Piece, pieces

GRADED = "graded"  # what the cells call the grader
SETUP_LINE = f"{GRADER_LINE} setup"

_Made = Callable[[str, Piece, str], Cell]


def handout(assignment: Assignment, language: Language) -> Cell:
    """The assignment's README in this language, where it has one."""
    names = ["README.zh.md", "README.md"] if language == "zh" else ["README.md"]
    paths = [path for name in names if (path := assignment.folder / name).is_file()]
    title = f"# {assignment.title.in_language(language)}\n"
    return markdown("handout", paths[0].read_text(encoding="utf-8") if paths else title)


def file_cells(assignment: Assignment, language: Language, made: _Made) -> Iterator[Cell]:
    """The cells of each listed file; the first says which it is. `made` gets a cell's id, its piece
    and what comes first in it."""
    for file, masked in mask_reference(assignment).items():
        for number, piece in enumerate(pieces(masked, language)):
            begin = f"{FILE_LINE.format(file)}\n" if not number else ""
            yield made(solution_name(file, piece), piece, begin)


def solution_name(file: str, piece: Piece) -> str:
    """The grade_id of a piece's cell: as long as its function keeps its name, it is the same."""
    return f"{Path(file).stem}-{piece.name}"


def released(
    template: Mapping[str, bytes], assignment: Assignment
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What students get beside the notebook: the course's files, and their own, as forms.

    The first by path in COURSE, the second by path beside the notebook. Nothing secret is among
    them: they come from the template.
    """
    name = assignment.name
    tops = (f"assignments/{name}/", f"tests/{name}/")
    shared = {path: data for path, data in template.items() if path.startswith(tops)}
    own = {path.removeprefix(f"{name}/"): data for path, data in template.items()
           if path.startswith(f"{name}/")}  # fmt: skip
    for file in (*assignment.files, "README.md", "README.zh.md"):
        own.pop(file, None)  # these are in the notebook
    return shared, own


def setup_text(assignment: Assignment, language: Language, files: str = "") -> str:
    packed = f', files="""\n{files}\n"""' if files else ""
    return (
        f"{SETUP_LINE}\n"
        f"from autograder.notebooks import Notebook\n\n"
        f'{GRADED} = Notebook("{assignment.name}", lang="{language}"{packed})'
    )


def install_cell(grader: str) -> Cell:
    text = (
        f"{SETUP_LINE}: installs the grader; once is enough\n"
        f'GRADER = "{grader}"  # a name, or the wheel, folder or git URL that your course gives\n'
        "%pip install --quiet {GRADER}"
    )
    return code("install", text)


def write_folder(output: Path, files: dict[str, bytes]) -> None:
    """Writes files below a folder. Raises CourseError where that cannot be."""
    try:
        for name, data in files.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        raise CourseError(
            f"{output}: cannot be written ({error.strerror}). Do: choose another folder"
        ) from error


def in_course(files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{COURSE}/{path}": data for path, data in files.items()}
