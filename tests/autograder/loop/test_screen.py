"""What a view looks like on a narrow terminal, whatever a student's code has printed."""

from __future__ import annotations

import dataclasses
import io
import shutil

import pytest
from rich.console import Console

from autograder.course.assignment import find_template
from autograder.loop.screen import Screen, Shown
from autograder.loop.session import Session

RIGHT = """import torch


def double(x):
    return 2 * x


def triple(x):
    return 3 * x
"""
CLEARS = "\x1b[2J"  # the screen


@pytest.fixture(scope="module")
def view(pair_template, tmp_path_factory):
    """Of a student who is done."""
    folder = tmp_path_factory.mktemp("screen") / "mine"
    shutil.copytree(pair_template, folder)
    (folder / "pair/pair.py").write_text(RIGHT)
    course = find_template(folder)
    session = Session(course, [course.assignment("pair")], "en")
    session.look(["pair"])
    while waiting := session.waiting():
        session.run(waiting[0])
    return session.view()


def drawn(view, *, columns=80, shown=Shown(), is_terminal=True):  # noqa: B008  (it is frozen)
    console = Console(file=io.StringIO(), width=columns, force_terminal=is_terminal,
                      color_system=None, highlight=False)  # fmt: skip
    Screen(console, "en", has_keys=True).draw(view, shown, is_settled=True)
    return console.file.getvalue()


def test_an_exercise_takes_one_line_of_the_list_however_long_its_title(view):
    text = drawn(view, columns=30, shown=Shown(is_list=True), is_terminal=False)
    rows = [line for line in text.splitlines() if "4 / 4" in line]
    assert len(rows) == len(view.rows)
    assert all(line.rstrip().endswith("…") for line in rows)


def test_what_the_code_prints_cannot_clear_the_screen(view):
    talking = dataclasses.replace(view, printed=(f"one{CLEARS}two",))
    shown = drawn(talking).partition("your code printed")[2]
    assert "onetwo" in shown
    assert CLEARS not in shown


def test_all_is_well_only_where_every_file_can_be_read(view):
    assert "All public tests pass" in drawn(view)
    troubled = drawn(dataclasses.replace(view, trouble=("pair.py: not handed in",)))
    assert "All public tests pass" not in troubled
    assert "pair.py: not handed in" in troubled
