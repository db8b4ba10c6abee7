"""Known mistakes are put into a reference by structure, in one place or not at all."""

from __future__ import annotations

import pytest

from autograder.course.assignment import Text
from autograder.diagnosis.edits import edited
from autograder.diagnosis.mistakes import Edit, Mistake
from autograder.errors import CourseError

SOURCE = '''"""A file."""


def area(width, height):
    # a comment
    total = (width  *  height)  # another
    return total


class Shape:
    def __init__(self, size):
        self.size = size
        self.sides = 4

    def grow(self, by):
        if by:
            self.size = self.size + by
        return f(self.size, "by", 2 * by)
'''


def mistake_of(*edits):
    text = Text(en="x", zh="x")
    return Mistake("shape/one", "shape", text, text, text, text, edits)


def put_in(find, put, scope="", source=SOURCE):
    mistake = mistake_of(Edit("a.py", scope, find, put))
    return edited({"a.py": source, "b.py": "b"}, mistake)["a.py"]


def test_spaces_comments_and_parentheses_do_not_matter():
    assert "total = (width + height)  # another" in put_in("width*height", "width + height", "area")


def test_other_lines_and_files_stay_as_they_are():
    assert put_in("self.sides = 4", "self.sides = 5") == SOURCE.replace("sides = 4", "sides = 5")


def test_quotes_do_not_matter():
    assert "f(self.size, 'at', " in put_in("f(_a, 'by', _b)", "f(_a, 'at', _b)", "Shape.grow")


def test_a_hole_stands_for_any_expression():
    assert 'return f(self.size, "by", by)' in put_in("2 * _x", "_x", "Shape.grow")


def test_a_hole_stands_for_the_same_code_everywhere():
    source = "x = f(a + 1, a + 2)\ny = f(a + 1, a  +  1)\n"
    changed = put_in("f(_a, _a)", "g(_a)", source=source)
    assert changed == "x = f(a + 1, a + 2)\ny = g((a + 1))\n"


def test_what_is_put_in_keeps_its_meaning_among_operators():
    changed = put_in("f(_a)", "_a - 1", source="x = 2 * f(a + b)\n")
    assert changed == "x = 2 * ((a + b) - 1)\n"


def test_statements_are_found_as_they_follow_each_other():
    changed = put_in("total = _x\nreturn total", "return _x + 1", "area")
    assert "    return (width  *  height) + 1\n\n\nclass" in changed
    assert "total" not in changed


def test_statements_are_dropped_where_nothing_is_put():
    assert "if by:\n            pass\n        return" in put_in(
        "self.size = self.size + by", "", "Shape.grow"
    )


def test_an_expression_becomes_a_statement_where_it_stands_alone():
    assert put_in("f(x)", "y = f(x)", source="f(x)\n") == "y = f(x)\n"


def test_edits_are_made_side_by_side():
    first, second = Edit("a.py", "", "4", "5"), Edit("a.py", "", "2 * by", "by")
    assert edited({"a.py": SOURCE}, mistake_of(first, second)) == edited(
        {"a.py": SOURCE}, mistake_of(second, first)
    )


def test_edits_that_overlap_are_refused():
    both = mistake_of(Edit("a.py", "", "2 * by", "by"), Edit("a.py", "", "f(_a, _b, _c)", "_c"))
    with pytest.raises(CourseError, match=r"two edits of a\.py overlap"):
        edited({"a.py": SOURCE}, both)


def test_a_function_in_a_class_is_a_scope():
    source = "".join(f"class {name}:\n    def f(self):\n        return 1\n" for name in "AB")
    assert put_in("1", "2", "B.f", source).endswith("return 2\n")


@pytest.mark.parametrize(
    ("find", "put", "scope", "cause"),
    [
        ("width - height", "1", "area", "stands 0 times in area, not once"),
        ("self.size", "1", "Shape", "stands 4 times in Shape, not once"),
        ("self.size", "1", "Shape.shrink", "is looked for in Shape.shrink, of which there are 0"),
        ("self.size +", "1", "Shape", "is no Python"),
        ("self.sides", "1 +", "Shape", "is no Python"),
        ("return 5", "", "", "stands 0 times in a.py, not once"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(find, put, scope, cause):
    with pytest.raises(CourseError) as refusal:
        put_in(find, put, scope)
    assert "mistakes/shape/one.toml: " in str(refusal.value)
    assert cause in str(refusal.value)
    assert "Do: write the edit as the reference has it" in str(refusal.value)
