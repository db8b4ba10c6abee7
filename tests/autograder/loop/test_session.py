"""What is run after a save: where the student is, then what else the change affects, no more."""

from __future__ import annotations

import shutil

import pytest

from autograder.course.assignment import find_template
from autograder.loop.session import Session

DONE = """import torch


def double(x):
    return x + x


def triple(x):
    return double(x) + x


def helper(x):
    return x
"""


@pytest.fixture
def folder(pair_template, tmp_path):
    shutil.copytree(pair_template, tmp_path / "mine")
    return tmp_path / "mine"


def begin(folder):
    course = find_template(folder)
    session = Session(course, [course.assignment("pair")], "en")
    session.look(["pair"])
    return session


def save(session, folder, text):
    """The exercises that are run for it, in order."""
    (folder / "pair/pair.py").write_text(text)
    session.look(["pair"])
    return settle(session)


def settle(session):
    ran = []
    while waiting := session.waiting():
        ran.append(waiting[0][1])
        session.run(waiting[0])
    return ran


@pytest.fixture
def session(folder):
    """Of a student who is done."""
    session = begin(folder)
    settle(session)
    save(session, folder, DONE)
    return session


def test_everything_is_run_once(folder):
    session = begin(folder)
    assert settle(session) == ["double", "triple"]
    assert settle(session) == []


def test_a_change_in_one_function_runs_the_exercises_that_go_through_it(session, folder):
    assert save(session, folder, DONE.replace("double(x) + x", "3 * x")) == ["triple"]
    changed = DONE.replace("double(x) + x", "3 * x").replace("x + x", "2 * x")
    assert save(session, folder, changed) == ["double"]


def test_a_function_that_another_calls_affects_both(session, folder):
    assert save(session, folder, DONE.replace("x + x", "2 * x", 1)) == ["double", "triple"]


def test_a_comment_and_a_function_that_no_test_runs_affect_nothing(session, folder):
    assert save(session, folder, DONE.replace("return x + x", "return x + x  # twice")) == []
    assert save(session, folder, DONE.replace("    return x\n", "    return -x\n")) == []


def test_what_stands_outside_functions_affects_everything(session, folder):
    assert save(session, folder, DONE.replace("torch\n", "torch\n\nTWO = 2\n")) == [
        "double",
        "triple",
    ]


def test_the_exercise_with_the_change_is_the_next_while_it_is_not_done(session, folder):
    assert session.view().next is None
    wrong = DONE.replace("double(x) + x", "double(x)")
    save(session, folder, wrong)
    assert session.view().next.row.exercise.id == "triple"
    save(session, folder, wrong.replace("x + x", "x", 1))
    assert session.view().next.row.exercise.id == "double"


def test_an_unreadable_file_runs_one_exercise_and_loses_no_points(session, folder):
    assert save(session, folder, DONE.replace("x + x", "(x + x", 1)) == ["double"]
    view = session.view()
    assert "SyntaxError" in view.next.failure("en").message
    assert view.earned == view.most == 8
    assert save(session, folder, DONE) == []
    assert session.view().next is None


def test_a_missing_file_is_told_until_it_is_back(session, folder):
    (folder / "pair/pair.py").unlink()
    session.look(["pair"])
    assert "pair.py: not handed in" in session.view().trouble[0]
    save(session, folder, DONE)
    assert session.view().trouble == ()


def test_another_session_runs_only_what_has_changed_since(session, folder):
    assert settle(begin(folder)) == []
    (folder / "pair/pair.py").write_text(DONE.replace("double(x) + x", "3 * x"))
    assert settle(begin(folder)) == ["triple"]


def test_changed_tests_are_run_again(session, folder):
    with (folder / "tests/pair/test_double.py").open("a") as file:
        file.write("\nMORE = 1\n")
    assert settle(begin(folder)) == ["double", "triple"]


def test_damaged_progress_is_found_again(session, folder):
    (folder / ".autograder/progress.json").write_text("[[")
    assert settle(begin(folder)) == ["double", "triple"]


def test_run_all_runs_all(session):
    session.run_all()
    assert settle(session) == ["double", "triple"]
