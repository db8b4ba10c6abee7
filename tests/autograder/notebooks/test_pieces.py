"""A reference is cut into cells that say the same as the file, with its solutions marked."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from autograder.course.assignment import find_course
from autograder.course.masked import mask_reference
from autograder.course.masking import fill_gaps, mask
from autograder.notebooks.pieces import BEGIN, END, pieces

SOURCE = '''\
"""A module."""

import math

TWO = 2


def first(x):
    # [MASK one/sum] x + 1
    # hint: One more.
    # 提示: 多一个。
    y = x + 1
    if x:
        # [MASK one/block] begin
        # hint: Twice.
        y = y * TWO
        y = y - 1
        # [MASK end]
    return y


AFTER = 3


class Second:
    def get(self, x):
        # [MASK two/test] x > 3
        # hint: Larger.
        if x > 3:
            return 1
        return 0


if __name__ == "__main__":
    print(first(1))
'''


@pytest.fixture(scope="module")
def cut():
    return {one.name: one for one in pieces(mask(SOURCE, "a.py"), "en")}


def _without_main(text):
    tree = ast.parse(text)
    return ast.dump(ast.Module([node for node in tree.body if not isinstance(node, ast.If)], []))


def _cleared(solution, stub="raise NotImplementedError()"):
    """As nbgrader clears a solution cell."""
    lines, inside = [], False
    for line in solution.split("\n"):
        if BEGIN in line:
            inside = True
            lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def test_each_function_and_class_is_a_piece_and_so_is_what_stands_between(cut):
    assert list(cut) == ["top", "first", "after-first", "Second"]


def test_a_piece_knows_the_exercises_of_its_gaps(cut):
    assert [one.exercises for one in cut.values()] == [(), ("one", "one"), (), ("two",)]


def test_the_pieces_say_what_the_file_says_but_for_its_main_part(cut):
    masked = mask(SOURCE, "a.py")
    whole = "\n".join(one.template for one in cut.values())
    assert _without_main(whole) == _without_main(masked.template)
    reference = fill_gaps(masked.template, [gap.answer for gap in masked.gaps])
    solutions = "\n".join(one.solution for one in cut.values())
    assert _without_main(solutions) == _without_main(reference)


def test_a_solution_stands_between_marks_below_its_hint_and_how_the_template_has_it(cut):
    assert textwrap.dedent("""\
            # One more.
            #     y = [MASK]
            ### BEGIN SOLUTION
            y = x + 1
            ### END SOLUTION
        """) in textwrap.dedent(cut["first"].solution.partition("\n")[2])  # fmt: skip


def test_a_block_is_one_solution_and_shows_no_line_of_its_own(cut):
    block = cut["first"].solution.partition("if x:\n")[2]
    assert block.startswith(
        "        # Twice.\n        ### BEGIN SOLUTION\n        y = y * TWO\n        y = y - 1\n"
        "        ### END SOLUTION\n"
    )


def test_a_gap_in_a_head_takes_its_body_along_so_that_what_is_left_is_python(cut):
    cleared = _cleared(cut["Second"].solution)
    ast.parse(cleared)
    assert "#     if [MASK]:" in cleared
    assert "return 1" not in cleared.replace("#         return 1", "")
    assert "return 0" in cleared


def test_hints_are_in_the_language_asked_for():
    chinese = {one.name: one.solution for one in pieces(mask(SOURCE, "a.py"), "zh")}
    assert "# 多一个。" in chinese["first"]
    assert "# Larger." in chinese["Second"]  # which has no other


def test_lines_of_windows_become_plain_ones():
    made = pieces(mask(SOURCE.replace("\n", "\r\n"), "a.py"), "en")
    assert not any("\r" in one.solution + one.template for one in made)


def _course_files():
    course = find_course(Path(__file__))
    return [(name, file, one) for name in course.names
            for file, one in mask_reference(course.assignment(name)).items()]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "file", "masked"), [pytest.param(*one, id=one[1]) for one in _course_files()]
)
def test_of_the_courses_own_files_every_cell_is_python_without_its_answers(name, file, masked):
    made = pieces(masked, "en")
    assert len({one.name for one in made}) == len(made)
    assert sum(len(one.exercises) for one in made) == len(masked.gaps)
    for one in made:
        ast.parse(_cleared(one.solution))
        ast.parse(one.template)
    reference = fill_gaps(masked.template, [gap.answer for gap in masked.gaps])
    assert _without_main("\n".join(one.solution for one in made)) == _without_main(reference)
