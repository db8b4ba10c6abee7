"""`autograder export nbgrader OUT`: a course's folder as nbgrader's own commands take it.

    OUT/nbgrader_config.py
    OUT/source/<assignment>/<assignment>.ipynb     handout, solutions, one cell a test
    OUT/source/<assignment>/course/                tests and probes as students get them
    OUT/source/<assignment>/<forms>

What only the instructor has, the hidden tests and the secret, is in the first test's cell, between
marks that `nbgrader generate_assignment` cuts out.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.course.assignment import HIDDEN_FOLDER, Assignment, Exercise, Language, Test
from autograder.course.exporting import Export
from autograder.course.release import TEMPLATE, template_files
from autograder.diagnosis.released import current_tables
from autograder.notebooks import parts
from autograder.notebooks.cells import (
    Cell,
    graded,
    locked,
    markdown,
    notebook,
    solution,
    test_name,
)
from autograder.notebooks.packed import pack
from autograder.notebooks.pieces import Piece
from autograder.reports.words import word

BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
CONFIG = "nbgrader_config.py"
LONGEST_CELL = 300  # seconds: the first one imports torch, and perhaps transformers


def export_course(call: Export) -> Iterator[str]:
    """Writes the folder and says what is in it; what else lies there stays."""
    tables = current_tables(call.course, call.course.root / TEMPLATE)  # as released
    template = template_files(call.course, tables)
    files = {CONFIG: _config(call.assignments)}
    for assignment in call.assignments:
        home = f"source/{assignment.name}"
        shared, own = parts.released(template, assignment)
        made = notebook(course_cells(assignment, call.language))
        files[f"{home}/{assignment.name}.ipynb"] = made
        files |= {f"{home}/{path}": data for path, data in (parts.in_course(shared) | own).items()}
    parts.write_folder(call.output, files)
    yield f"{call.output}: {', '.join(one.name for one in call.assignments)}"
    yield f"cd {call.output} && nbgrader generate_assignment {call.assignments[0].name}"


def course_cells(assignment: Assignment, language: Language) -> list[Cell]:
    """The cells of nbgrader's notebook, in order; the gradebook is made from them too."""
    tests = [(exercise, test) for exercise in assignment.exercises for test in exercise.tests
             if not test.needs_model]  # fmt: skip
    cells = [
        parts.handout(assignment, language),
        locked("setup", parts.setup_text(assignment, language)),
        *parts.file_cells(assignment, language, _file_cell),
    ]
    for number, (exercise, test) in enumerate(tests):
        if not number or tests[number - 1][0] is not exercise:
            cells.append(_heading(exercise, language))
        secret = _secret(assignment) if not number else ""
        cells.append(_test_cell(test, language, secret))
    return cells


def _file_cell(name: str, piece: Piece, begin: str) -> Cell:
    """What has no gap cannot be changed, as in every file from which a test imports."""
    if piece.exercises:
        return solution(name, begin + piece.solution)
    return locked(name, begin + piece.solution)


def _heading(exercise: Exercise, language: Language) -> Cell:
    title = exercise.title.in_language(language)
    return markdown(f"exercise {exercise.id}", f"## {exercise.id}: {title}")


def _test_cell(test: Test, language: Language, secret: str) -> Cell:
    call = f'{parts.GRADED}.run("{test.id}")'
    if test.visibility == "hidden":
        lines = [f"# {word('hidden', language)}", *_hidden(*_unlock(secret), call)]
    else:
        lines = [f"# {test.title.in_language(language)}", *_hidden(*_unlock(secret)), call]
    return graded(test_name(test), "\n".join(lines), test.points)


def _hidden(*lines: str) -> list[str]:
    return [BEGIN_HIDDEN, *lines, END_HIDDEN] if lines else []


def _unlock(secret: str) -> list[str]:
    return [f'{parts.GRADED}.unlock("""\n{secret}\n""")'] if secret else []


def _secret(assignment: Assignment) -> str:
    """The whole assignment.toml, which has the secret, and the hidden tests."""
    folder = assignment.tests_folder / HIDDEN_FOLDER
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    found = [assignment.toml, *paths]
    return pack({path.relative_to(assignment.root).as_posix(): path.read_bytes() for path in found})


def _config(assignments: tuple[Assignment, ...]) -> bytes:
    """Forms stay the student's: nbgrader would put the empty ones back."""
    own = {one.name: [form.file for form in one.forms] for one in assignments if one.forms}
    return f"""# Written by `autograder export nbgrader`; docs/nbgrader.md tells of it.
c = get_config()  # noqa: F821 - nbgrader gives it

c.Execute.timeout = {LONGEST_CELL}  # seconds a cell
c.Execute.startup_timeout = {LONGEST_CELL}  # seconds until the kernel answers
c.Autograde.exclude_overwriting = {own!r}
""".encode()
