"""`autograder watch` as a person leaves it running: arrivals, a broken course, a restart."""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import sys
import threading
import zipfile

import pytest

GOOD = "return factor * x.sum(dim=-1)"
PATIENCE_S = 120.0  # for a machine with much else to do


class Watching:
    """A running `autograder watch submissions`, and its lines as they come."""

    def __init__(self, course, *arguments):
        (course.root / "submissions").mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder", "watch", "submissions", "--jobs", "1", *arguments],
            cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip())

    def line(self, holding):
        """The next line that holds this text."""
        while holding not in (line := self._lines.get(timeout=PATIENCE_S)):
            pass
        return line

    def stop(self):
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE_S)

    def kill(self):
        self._process.kill()
        self._process.wait()


@pytest.fixture
def watching(tiny_course):
    with contextlib.ExitStack() as stack:

        def start(*arguments):
            one = Watching(tiny_course, *arguments)
            stack.callback(one.kill)
            return one

        yield start


def _score(course, student):
    return json.loads((course.root / f"reports/tiny/{student}.json").read_text())["score"]


def test_what_arrives_is_graded_and_what_changes_again(tiny_course, watching):
    tiny_course.hand_in("s01", GOOD)
    run = watching()
    assert "10 / 10" in run.line("tiny s01")
    tiny_course.hand_in("s02", "return x.sum(dim=-1)")
    assert "4 / 10" in run.line("tiny s02")
    assert _score(tiny_course, "s02") == 4
    tiny_course.hand_in("s02", GOOD)
    assert "10 / 10" in run.line("tiny s02")
    code = "def scaled_sum(x, factor):\n    return 0 * x.sum(-1)\n"
    with zipfile.ZipFile(tiny_course.root / "submissions/s03.zip", "w") as archive:
        archive.writestr("tiny/tiny.py", code)
    run.line("tiny s03: 0 / 10")
    assert run.stop() == 130
    table = (tiny_course.root / "reports/tiny/grades.csv").read_text(encoding="utf-8-sig")
    assert [line.split(",")[:3] for line in table.splitlines()[1:]] == [
        ["s01", "graded", "10"], ["s02", "graded", "10"], ["s03", "graded", "0"],
    ]  # fmt: skip
    assert "s03" in (tiny_course.root / "reports/index.html").read_text(encoding="utf-8")


def test_an_empty_folder_and_a_broken_course_are_told_and_waited_for(tiny_course, watching, edit):
    run = watching()
    run.line("submissions: no submissions here. Do: ")
    toml = tiny_course.root / "assignments/tiny/assignment.toml"
    edit(toml, "max_score = 10", "max_score = 11")
    tiny_course.hand_in("s01", GOOD)
    run.line("max_score is 11, the exercises have 10 points together. Do: ")
    edit(toml, "max_score = 11", "max_score = 10")  # and s01 is not handed in again
    assert "10 / 10" in run.line("tiny s01")
    suite = tiny_course.root / "tests/tiny/test_tiny.py"
    whole = suite.read_text()
    suite.write_text("import no_such_module\n")
    tiny_course.hand_in("s01", f"{GOOD}  # again")
    run.line("no_such_module")
    suite.write_text(whole)
    assert "10 / 10" in run.line("tiny s01")


def test_a_restart_grades_only_what_came_meanwhile(tiny_course, watching):
    tiny_course.hand_in("s01", GOOD)
    run = watching("--progress", "json")
    assert json.loads(run.line('"s01"'))["kept"] is False
    run.kill()  # on the spot
    tiny_course.hand_in("s02", f"{GOOD}  # later")
    run = watching("--progress", "json")
    lines = [json.loads(run.line('"student"')) for _ in range(2)]
    assert {line["student"]: line["kept"] for line in lines} == {"s01": True, "s02": False}


def test_a_folder_that_is_not_there_is_one_line(tiny_course):
    result = tiny_course.run("watch", "elsewhere")
    assert result.returncode == 2
    assert result.stderr == "autograder: elsewhere: no such folder. Do: make it, or name another\n"


def test_a_change_behind_a_link_is_the_students_and_a_like_name_is_not_the_output(
    tiny_course, watching, tmp_path
):
    elsewhere = tmp_path / "elsewhere"
    tiny_course.hand_in("s01", GOOD).parent.parent.rename(elsewhere)
    (tiny_course.root / "submissions/s01").symlink_to(elsewhere)
    run = watching("--output", "submission")  # with which the folder's own name begins
    assert "10 / 10" in run.line("tiny s01")
    (elsewhere / "tiny/tiny.py").write_text("def scaled_sum(x, factor):\n    return x.sum(-1)\n")
    assert "4 / 10" in run.line("tiny s01")
