"""The result for GitHub Classroom: what its reporter reads, and adds up."""

from __future__ import annotations

import base64
import json

from autograder.reports.classroom import classroom_result
from tests.autograder.reports.made_up import a_report, a_test, every_ending, rejected

MAX_VARIABLE = 128 << 10  # bytes that Linux takes for NAME=value


def read(*reports):
    return json.loads(base64.b64decode(classroom_result(reports)))


def test_it_is_one_line_of_base64_so_that_it_can_be_a_steps_output():
    data = classroom_result([every_ending()])
    assert data.count(b"\n") == 1
    assert base64.b64decode(data, validate=False)


def test_each_test_has_what_the_reporter_shows():
    result = read(every_ending(), rejected())
    assert (result["version"], result["status"], result["max_score"]) == (1, "fail", 34)
    first, second, *_, last = result["tests"]
    assert first == {
        "name": "tiny: adds up", "status": "pass", "score": 4, "message": "",
        "test_code": "test_tiny.py::adds_up", "filename": "tests/tiny/test_tiny.py", "line_no": 0,
        "duration": 0.25,
    }  # fmt: skip
    assert (second["status"], second["score"]) == ("fail", 2)
    assert second["message"].startswith("half: not 3")
    assert (last["name"], last["status"], last["score"]) == ("other", "fail", 0)
    assert "not handed in" in last["message"]


def test_the_scores_add_up_to_the_total_in_whole_points():
    tests = [a_test(f"t{n}", "partial", 0.3, max_score=1.0) for n in range(10)]
    scores = [one["score"] for one in read(a_report(*tests))["tests"]]
    assert all(isinstance(score, int) for score in scores)
    assert sum(scores) == 3


def test_all_passed_is_a_pass():
    assert read(a_report(a_test("adds_up", "passed", 4.0)))["status"] == "pass"


def test_an_ungradable_submission_is_an_error():
    assert read(a_report(status="ungradable", reason="our fault"))["status"] == "error"


def test_it_fits_into_a_variable_however_much_there_is_to_say():
    many = [a_test(f"t{n}", "error", 0.0, "错误" * 5000) for n in range(300)]
    data = classroom_result([a_report(*many)])
    assert len(data) < MAX_VARIABLE
    assert len(json.loads(base64.b64decode(data))["tests"]) == 300
