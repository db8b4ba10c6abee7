"""`autograder grade` as a person runs it: reports, table, exit codes, and bad input."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile

import pytest

GOOD = "return factor * x.sum(dim=-1)"
NO_FACTOR = "return x.sum(dim=-1)"


def _report(course, student):
    path = course.root / "reports" / "tiny" / f"{student}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _scores(course):
    folder = course.root / "reports" / "tiny"
    return {path.stem: json.loads(path.read_text())["score"] for path in folder.glob("*.json")}


def test_a_class_gets_a_report_each_a_table_and_exit_code_0(tiny_course):
    tiny_course.hand_in("s01-right", GOOD)
    tiny_course.hand_in("s02-no-factor", NO_FACTOR)
    tiny_course.hand_in("s03-hangs", "while True:\n    pass")
    tiny_course.write("submissions/s04-broken/tiny/tiny.py", "def scaled_sum(x, factor:\n")
    (tiny_course.root / "submissions/s05-nothing").mkdir()
    result = tiny_course.run("grade", "submissions", "--jobs", "2")
    assert result.returncode == 0, result.stderr
    assert _scores(tiny_course) == {
        "s01-right": 10, "s02-no-factor": 4, "s03-hangs": 0, "s04-broken": 0, "s05-nothing": 0,
    }  # fmt: skip
    for words in ("s01-right", "all tests passed", "SyntaxError", "not handed in"):
        assert words in result.stdout
    hangs = _report(tiny_course, "s03-hangs")
    assert {test["status"] for test in hangs["tests"]} == {"timeout"}
    assert _report(tiny_course, "s05-nothing")["status"] == "rejected"
    assert "rejected: " in result.stderr

    with open(tiny_course.root / "reports/tiny/grades.csv", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["score"], row["sum"]) for row in rows][:2] == [
        ("s01-right", "10", "4"), ("s02-no-factor", "4", "4"),
    ]  # fmt: skip
    page = (tiny_course.root / "reports/index.html").read_text(encoding="utf-8")
    assert "s02-no-factor" in page
    assert "largest difference" in page


def test_the_report_has_the_fields_of_the_contract_in_order(tiny_course):
    tiny_course.hand_in("s01", NO_FACTOR)
    assert tiny_course.run("grade", "submissions/s01").returncode == 0
    report = _report(tiny_course, "s01")
    assert list(report) == [
        "schema_version", "assignment", "submission", "status", "reason", "score", "max_score",
        "adjustments", "final_score", "exercises", "tests", "isolation", "seed", "versions",
        "model", "started_at", "duration_s",
    ]  # fmt: skip
    assert list(report["tests"][0]) == [
        "id", "exercise", "title", "status", "score", "max_score", "visibility", "message",
        "hint", "duration_s", "notes", "pictures", "differences", "diagnosis",
    ]  # fmt: skip
    assert report["isolation"] == "landlock"
    assert {"autograder", "python", "torch", "transformers"} <= set(report["versions"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["started_at"])


def test_two_runs_give_the_same_bytes_but_for_times(tiny_course):
    tiny_course.hand_in("s01", "raise ValueError(f'{object()} in {__file__}')")
    tiny_course.hand_in("s02", NO_FACTOR)
    times = re.compile(r'"(started_at|duration_s)": [^,\n]+')
    texts = []
    for folder in ("first", "second"):
        tiny_course.run("grade", "submissions", "--no-cache", "--output", folder)
        files = sorted((tiny_course.root / folder / "tiny").glob("*.json"))
        texts.append([times.sub("", file.read_text(encoding="utf-8")) for file in files])
    assert texts[0] == texts[1]
    assert len(texts[0]) == 2


def test_texts_follow_the_language(tiny_course):
    tiny_course.hand_in("s01", NO_FACTOR)
    result = tiny_course.run("grade", "submissions", "--lang", "zh")
    assert "首先出错的地方" in result.stdout
    assert "最大误差" in _report(tiny_course, "s01")["tests"][1]["message"]


def test_fail_under_is_exit_code_1(known_course):
    known_course.hand_in("s01", NO_FACTOR)
    assert known_course.run("grade", "submissions", "--fail-under", "41").returncode == 1
    assert known_course.run("grade", "submissions", "--fail-under", "40").returncode == 0


def test_a_bug_in_the_suite_is_ungradable_never_zero_and_exit_code_3(tiny_course, edit):
    tiny_course.hand_in("s01", GOOD)
    edit(tiny_course.root / "tests/tiny/test_tiny.py", "x = draw", "x = undefined")
    result = tiny_course.run("grade", "submissions")
    assert result.returncode == 3
    report = _report(tiny_course, "s01")
    assert (report["status"], report["score"]) == ("ungradable", None)
    first = report["reason"].splitlines()[0]
    assert "tests/tiny/test_tiny.py, line 5: NameError: name 'undefined' is not defined" in first
    assert first.endswith("Do: mend it, then: autograder verify")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["grade", "no-such-folder"], "no-such-folder: No such file or directory. Do: "),
        (["grade", "submissions", "--assignment", "gpt9"], "gpt9: no such assignment"),
        (["grade", "assignments/tiny/README.md"], "neither a folder nor an archive. Do: "),
        (["grade", "empty"], "empty: no submissions here. Do: "),
        (["rerun", "s01", "--test", "test_tiny.py::test_multiply"],
         "Do: take the id from the report, such as test_tiny.py::test_multiplies_by_the_factor"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line_and_exit_code_2(tiny_course, arguments, complaint):
    tiny_course.hand_in("s01", GOOD)
    (tiny_course.root / "empty").mkdir()
    result = tiny_course.run(*arguments)
    assert result.returncode == 2
    assert complaint in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_broken_toml_is_one_line_and_exit_code_2(tiny_course):
    tiny_course.hand_in("s01", GOOD)
    tiny_course.write("assignments/tiny/assignment.toml", "name = ")
    result = tiny_course.run("grade", "submissions")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "assignment.toml: " in result.stderr


def test_an_unwritable_output_is_told_before_anything_is_graded(tiny_course):
    tiny_course.hand_in("s01", GOOD)
    tiny_course.write("reports", "in the way")
    result = tiny_course.run("grade", "submissions")
    assert result.returncode == 2
    assert "reports: cannot be a folder of reports (File exists). Do: " in result.stderr
    assert (tiny_course.root / "reports").read_text() == "in the way"


def test_grading_one_student_again_keeps_the_class_in_table_and_page(known_course):
    for student in ("s01", "s02"):
        known_course.hand_in(student, NO_FACTOR)
    known_course.run("grade", "submissions")
    known_course.hand_in("s02", GOOD)
    result = known_course.run("grade", "submissions/s02")
    assert "s01" not in result.stdout
    with open(known_course.root / "reports/tiny/grades.csv", encoding="utf-8-sig") as file:
        rows = [(row["student"], row["score"]) for row in csv.DictReader(file)]
    assert rows == [("s01", "4"), ("s02", "10")]
    assert "s01" in (known_course.root / "reports/index.html").read_text(encoding="utf-8")


def test_odd_submissions_are_told_and_do_not_stop_the_class(known_course):
    known_course.hand_in("s01", GOOD)
    folder = known_course.root / "submissions"
    os.mkdir(os.fsencode(folder) + b"/bad\xff")
    (folder / "red\x1b[31m\nline").mkdir()
    (folder / "UP.ZIP").write_bytes(b"PK no zip")
    (folder / "s09.rar").write_bytes(b"")
    result = known_course.run("grade", "submissions")
    assert result.returncode == 0, result.stderr
    assert _report(known_course, "s01")["score"] == 10
    for name in ("bad%FF", "red%1B[31m%0Aline", "UP"):
        assert _report(known_course, name)["status"] == "rejected"
    assert "s09.rar: neither a folder nor an archive (.zip, .tar, .tar.gz, " in result.stderr
    assert "\x1b" not in result.stderr + result.stdout


def test_a_student_who_handed_in_twice_is_told_with_what_counts(tiny_course):
    folder = tiny_course.root / "submissions"
    folder.mkdir()
    for upload, total in [("byronada_11_70_mine", "0"), ("byronada_11_71_mine-1", "x.sum(dim=-1)")]:
        code = f"def scaled_sum(x, factor):\n    return factor * {total}\n"
        with zipfile.ZipFile(folder / f"{upload}.zip", "w") as archive:
            archive.writestr("tiny/tiny.py", code)
    result = tiny_course.run("grade", "submissions")
    assert result.returncode == 0, result.stderr
    assert _scores(tiny_course) == {"byronada_11": 10}
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("autograder: submissions/byronada_11_71_mine-1.zip: the newest of 2 ")
    assert "not byronada_11_70_mine.zip. Do: " in line


def _zip(path, factors):
    """A zip of a tiny.py for each name, which multiplies by so much too much."""
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, factor in factors.items():
            code = f"def scaled_sum(x, factor):\n    return {factor} * factor * x.sum(dim=-1)\n"
            archive.writestr(f"{name}tiny/tiny.py", code)


def test_a_student_who_packs_a_class_touches_nobody_elses_mark(tiny_course):
    folder = tiny_course.root / "class"
    _zip(folder / "alice.zip", {"": 1})
    _zip(folder / "eve.zip", {"alice/": 0, "zeve/": 1})
    result = tiny_course.run("grade", "class/alice.zip", "class/eve.zip")
    assert result.returncode == 0, result.stderr
    assert _scores(tiny_course) == {"alice": 10, "eve": 0}
    result = tiny_course.run("grade", "class/eve.zip")
    assert result.returncode == 2
    do = "Do: if it is a whole class: autograder grade --class class/eve.zip"
    assert result.stderr.strip().endswith(do)
    result = tiny_course.run("grade", "class/eve.zip", "--assignment", "tiny")
    assert result.returncode == 0, result.stderr
    assert _report(tiny_course, "eve")["reason"].endswith(do)
    assert _scores(tiny_course) == {"alice": 10, "eve": 0}


def test_an_archive_said_to_be_a_class_is_graded_as_one(tiny_course):
    uploads = {f"{name}_assignsubmission_file_/": n for n, name in enumerate(["Al A_1", "Bo B_2"])}
    _zip(tiny_course.root / "moodle.zip", uploads)
    result = tiny_course.run("grade", "--class", "moodle.zip")
    assert result.returncode == 0, result.stderr
    assert _scores(tiny_course) == {"Al A_1": 0, "Bo B_2": 10}


def test_a_students_repository_is_not_taken_for_the_course(tiny_course):
    template = tiny_course.root / "submissions/s01"
    assert tiny_course.run("release", "--output", str(template)).returncode == 0
    (template / "tests/tiny/test_tiny.py").write_text("raise SystemExit('ran a student's test')")
    result = tiny_course.run("grade", ".", cwd=template)
    assert result.returncode == 0, result.stderr
    assert "ran a student's test" not in result.stdout + result.stderr


def test_a_suite_with_a_syntax_error_is_one_line_and_exit_code_2(tiny_course):
    tiny_course.hand_in("s01", GOOD)
    tiny_course.write("tests/tiny/test_tiny.py", "def broken(:\n")
    result = tiny_course.run("grade", "submissions")
    assert result.returncode == 2
    assert "test_tiny.py: invalid syntax" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_the_run_and_leaves_whole_reports(tiny_course, sent, code):
    tiny_course.hand_in("s01", GOOD)
    tiny_course.hand_in("s02", "while True:\n    pass")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "submissions", "--jobs", "1"],
        cwd=tiny_course.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    first = tiny_course.root / "reports/tiny/s01.json"
    while not first.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code, errors
    assert "Traceback" not in errors
    assert _report(tiny_course, "s01")["score"] == 10
    assert not list(tiny_course.root.glob("reports/**/.writing-*"))
