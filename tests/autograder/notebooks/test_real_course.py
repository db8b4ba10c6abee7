"""The course's main assignment through the real nbgrader: all of its tests, in a kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.assignment import find_course
from autograder.course.exporting import Export
from autograder.notebooks.nbgrader_course import export_course
from tests.autograder.notebooks.tools import exported, hand_in, nbgrader, ran, solved, untouched

pytestmark = pytest.mark.timeout(900)  # programs that take their time on a busy machine


def test_gpt2s_reference_has_full_marks_in_nbgrader_and_the_untouched_notebook_none(tmp_path):
    course = find_course(Path(__file__))
    chosen = (course.assignment("gpt2"),)
    list(export_course(Export(course, tmp_path / "nb", chosen, tmp_path / "reports", "en")))
    ran(nbgrader(tmp_path / "nb", "generate_assignment", "gpt2"))
    hand_in(tmp_path / "nb", "right", "gpt2", solved(tmp_path / "nb", "gpt2"))
    hand_in(tmp_path / "nb", "empty", "gpt2", untouched)
    ran(nbgrader(tmp_path / "nb", "autograde", "gpt2"))
    assert exported(tmp_path / "nb") == {
        ("gpt2", "right"): (100, 100), ("gpt2", "empty"): (0, 100),
    }  # fmt: skip
