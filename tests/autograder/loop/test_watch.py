"""`check --watch` at a real terminal, played once from the first look to the last key."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.autograder.loop.conftest import COLUMNS, Student

START = """import torch


def double(x):
    return [MASK]


def triple(x):
    return [MASK]
"""
WRONG = START.replace("[MASK]", "2.5 * x", 1)
TALKING = WRONG.replace("return 2.5", "print('x is', tuple(x.shape))\n    return 2.5")
STOPPING = WRONG.replace("return 2.5", "breakpoint()\n    return 2.5")
BROKEN = WRONG.replace("2.5 * x", "2.5 * (x")
HALF = START.replace("[MASK]", "2 * x", 1)
BOTH = HALF.replace("[MASK]", "3 * x")


@dataclass(frozen=True)
class Played:
    """The screens that were seen, by name, and what was left."""

    screens: dict[str, str]
    exit_code: int
    is_echoing: bool  # the terminal, at the end
    folder: Path


@pytest.fixture(scope="module")
def played(pair_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("watch") / "mine"
    shutil.copytree(pair_template, folder)
    student, seen = Student(folder, "check", "--watch"), {}
    seen["start"] = student.sees("✗", "Two of a kind", "h hint")
    for number in (1, 2, 3):
        student.types("h")
        seen[f"hint {number}"] = student.sees(f"hint {number} of 3")
    student.types("l")
    seen["list"] = student.sees("any key", "triple")
    student.types("x")
    student.sees("h hint")
    student.saves(WRONG)
    seen["wrong"] = student.sees("largest difference", "h hint")
    student.types("h")
    seen["hint of a failure"] = student.sees("how often is x in 2 x?")
    student.saves(TALKING)
    seen["talking"] = student.sees("your code printed", "x is (2, 3)")
    student.saves(STOPPING)
    student.sees("(Pdb)")
    student.types("p 6 * 7\n")
    seen["debugger"] = student.sees("p 6 * 7", "42")
    student.types("c\n")
    student.sees("largest difference", "h hint")
    student.saves(BROKEN)
    seen["broken"] = student.sees("SyntaxError", "h hint")
    student.saves(HALF)
    seen["half"] = student.sees("Thrice as much", "Three of a kind", "h hint", "█")
    student.types("r")
    student.saves(BOTH)
    seen["both"] = student.sees("All public tests pass", "q quit")
    student.types("q")
    student.terminal.wait()
    echoing = bool(termios.tcgetattr(student.terminal.child_fd)[3] & termios.ECHO)
    return Played(seen, student.terminal.exitstatus, echoing, folder)


def test_it_begins_with_the_first_exercise_its_section_and_its_gaps_by_line(played):
    screen = played.screens["start"]
    assert "double          0 / 4    ✗  □ 1  Twice as much" in screen
    assert "read pair/README.md:3  Doubling" in screen
    assert "□ pair/pair.py:5  gap 1, twice" in screen
    assert "the course ░" in screen
    assert "0 / 8 points" in screen


def test_a_test_that_fails_of_a_gap_is_told_by_the_gap_alone(played):
    assert "doubles every value" not in played.screens["start"]


def test_hints_come_one_at_a_time(played):
    assert "Write x, a plus sign" not in played.screens["hint 2"]
    assert "A sum of two terms that are equal." in played.screens["hint 2"]
    assert "Write x, a plus sign, and what you have just written." in played.screens["hint 3"]


def test_l_lists_all_exercises_and_any_key_leads_back(played):
    assert "→ double" in played.screens["list"]
    assert "  triple          0 / 4    ✗  □ 1  Thrice as much" in played.screens["list"]


def test_a_wrong_value_is_told_with_its_first_failure_and_hints_for_it(played):
    assert "✗ doubles every value" in played.screens["wrong"]
    assert "test_double.py::test_doubles" in played.screens["wrong"]
    assert "hint 1 of 2  how often is x in 2 x?" in played.screens["hint of a failure"]


def test_what_the_code_prints_stays_below_the_screen(played):
    assert "your code printed:\n  x is (2, 3)" in played.screens["talking"]


def test_a_debugger_has_the_terminal_to_itself(played):
    assert "(Pdb) p 6 * 7\n42\n" in played.screens["debugger"]


def test_a_file_that_is_no_python_is_told_with_its_line(played):
    assert "pair.py, line 5" in played.screens["broken"]


def test_an_exercise_that_passes_leads_to_the_next(played):
    assert "□ pair/pair.py:9  gap 2, thrice" in played.screens["half"]
    assert "4 / 8 points" in played.screens["half"]


def test_at_the_end_it_says_what_hidden_tests_look_at_and_what_to_do_next(played):
    assert "triple  triples a single row" in played.screens["both"]
    assert "Next: make pack, and hand in the zip." in played.screens["both"]


def test_q_leaves_a_terminal_that_shows_what_is_typed(played):
    assert played.exit_code == 0
    assert played.is_echoing


def test_no_line_is_wider_than_the_terminal(played):
    for screen in played.screens.values():
        assert max(map(len, screen.splitlines())) <= COLUMNS


def test_progress_is_kept_where_git_does_not_look(played):
    assert (played.folder / ".autograder/progress.json").is_file()
    assert "/.autograder/" in (played.folder / ".gitignore").read_text().splitlines()


def test_no_compiled_files_are_left(played):
    assert not list(played.folder.rglob("*.pyc"))


def test_another_watch_goes_on_from_there_as_plain_lines_where_there_is_no_terminal(played):
    command = [sys.executable, "-u", "-m", "autograder", "check", "--watch", "--lang", "zh"]
    with subprocess.Popen(command, cwd=played.folder, stdout=subprocess.PIPE, stdin=subprocess.PIPE,
                          text=True, encoding="utf-8") as process:  # fmt: skip
        lines = []
        while not (lines and "Ctrl-C 停止" in lines[-1]):
            lines.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
    text = "".join(lines)
    assert process.returncode == 130
    assert "公开测试全部通过。" in text
    assert "8 / 8 分" in text
    assert "\x1b" not in text


def test_a_check_needs_nothing_that_windows_lacks(played):
    program = [sys.executable, str(Path(__file__).with_name("as_on_windows.py")), "check"]
    result = subprocess.run(program, cwd=played.folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "All public tests pass." in result.stdout
