"""Known mistakes: what is read from their files, and what is refused and how."""

from __future__ import annotations

import pytest

from autograder.course.assignment import load_assignment
from autograder.diagnosis.mistakes import Edit, read_mistakes
from autograder.errors import CourseError

GOOD = """title = { en = "A title", zh = "标题" }

[[edits]]
in = "scaled_sum"
find = "x.sum(dim=-1)"
put = "x.sum(dim=0)"

[seen]
en = "What is seen."
zh = "看到的。"

[why]
en = "Why."
zh = "为什么。"

[look]
en = "Where to look."
zh = "看哪里。"
"""


@pytest.fixture
def read(tiny_course):
    """Writes files of mistakes, by name, and reads them all."""

    def read(**files):
        for name, text in files.items():
            folder, stem = name.split("__")
            path = f"assignments/tiny/mistakes/{folder}/{stem.replace('_', '-')}.toml"
            tiny_course.write(path, text)
        return read_mistakes(load_assignment(tiny_course.root, "tiny"))

    return read


def test_an_assignment_without_mistakes_has_none(read):
    assert read() == ()


def test_a_mistake_is_read_with_its_edits_and_texts(read):
    (mistake,) = read(sum__other_axis=GOOD)
    assert (mistake.name, mistake.exercise) == ("sum/other-axis", "sum")
    assert mistake.edits == (Edit("tiny.py", "scaled_sum", "x.sum(dim=-1)", "x.sum(dim=0)"),)
    assert (mistake.title.en, mistake.seen.zh) == ("A title", "看到的。")
    assert (mistake.why.en, mistake.look.zh) == ("Why.", "看哪里。")


def test_mistakes_come_in_order_of_name(read):
    found = read(sum__b=GOOD, scale__c=GOOD, sum__a=GOOD)
    assert [one.name for one in found] == ["scale/c", "sum/a", "sum/b"]


@pytest.mark.parametrize(
    ("name", "old", "new", "cause"),
    [
        ("sum__a", "title =", "tilte =", "unknown field `tilte`"),
        ("sum__a", "[seen]", "[seen", "line 8"),
        ("sum__a", '"What is seen."', '" "', "seen is empty in en or zh"),
        ("sum__a", "[look]", "[look_]", "look"),
        ("sum__a", "[[edits]]\n", "[[edits]]\nfile = 'a.py'\n", "a.py is none of the files"),
        ("sum__a", '"x.sum(dim=-1)"', '""', "find is empty"),
        ("sum__A", "", "", "no known mistake"),
        ("total__a", "", "", "total is no exercise of tiny"),
    ],
)
def test_a_wrong_file_is_refused_with_its_path_and_what_to_do(read, name, old, new, cause):
    with pytest.raises(CourseError) as refusal:
        read(**{name: GOOD.replace(old, new)})
    assert f"{name[-1]}.toml: " in str(refusal.value)
    assert cause in str(refusal.value)
    assert ". Do: " in str(refusal.value)


def test_a_mistake_without_edits_is_refused(read):
    start, stop = GOOD.index("[[edits]]"), GOOD.index("[seen]")
    with pytest.raises(CourseError, match=r"there are no \[\[edits\]\]"):
        read(sum__a="edits = []\n" + GOOD[:start] + GOOD[stop:])


def test_a_stray_file_is_refused(tiny_course):
    tiny_course.write("assignments/tiny/mistakes/notes.txt", "x")
    with pytest.raises(CourseError, match=r"notes\.txt: no known mistake"):
        read_mistakes(load_assignment(tiny_course.root, "tiny"))
