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


def _report(course, student):
    return json.loads((course.root / f"reports/tiny/{student}.json").read_text())


def _score(course, student):
    return _report(course, student)["score"]


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


LATE = """
[late]
deadline = 2026-10-01T23:59:00+08:00
percent_a_day = 10
"""
OVERRIDE = """
[[overrides]]
student = "s011"
assignment = "tiny"
points = 1
reason = "an appeal"
"""


def test_the_list_of_times_counts_and_an_override_of_nobody_is_told_once(tiny_course, watching):
    toml = tiny_course.root / "assignments/tiny/assignment.toml"
    toml.write_text(toml.read_text() + LATE)
    tiny_course.write("overrides.toml", OVERRIDE)
    tiny_course.write("times.csv", "student,time\ns01,2026-10-03 00:30\n")
    tiny_course.hand_in("s01", GOOD)
    run = watching("--times", "times.csv")
    run.line("overrides.toml: no student 's011' has handed in tiny: is it 's01'?")
    run.line("tiny s01: 8 / 10")
    tiny_course.write("times.csv", "student,time\ns02,2026-10-02 00:30\n")
    tiny_course.hand_in("s02", GOOD)
    assert "s011" not in run.line("tiny s")
    run.stop()
    assert _report(tiny_course, "s02")["final_score"] == 9


def test_a_list_of_times_that_cannot_be_read_is_said_at_once(tiny_course):
    (tiny_course.root / "submissions").mkdir()
    result = tiny_course.run("watch", "submissions", "--times", "none.csv")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("autograder: none.csv: No such file or directory. Do: ")


def test_what_cannot_be_written_is_told_again_for_a_later_arrival(tiny_course, watching):
    tiny_course.write("reports/tiny", "in the way")
    tiny_course.hand_in("s01", GOOD)
    run = watching()
    run.line("reports/tiny/s01.json: cannot be written (")
    run.line("tiny s01: 10 / 10")
    tiny_course.hand_in("s02", f"{GOOD}  # later")
    run.line("reports/tiny/s02.json: cannot be written (")


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
