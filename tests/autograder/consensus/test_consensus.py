"""`autograder consensus` by the command line: counts, groups, the class as one student, safety."""

from __future__ import annotations

import json

from tests.autograder.consensus.conftest import NAME, graded


def _groups(gap):
    return [(one["count"], one["answers"], one["right"], one["score"]) for one in gap["groups"]]


def test_each_student_is_counted_once_in_each_gap(voted):
    assert voted.found["students"] == 11
    for exercise, counts in (("sum", (5, 3, 1, 1, 1)), ("scale", (4, 5, 1, 0, 1))):
        gap = voted.gap(exercise)
        found = tuple(gap[name] for name in ("right", "wrong", "open", "apart", "lost"))
        assert found == counts, exercise


def test_whose_files_cannot_be_read_is_counted_by_itself(voted):
    assert voted.found["unread"] == 1
    line = "1 could not be read and are left out; autograder grade says why"
    assert line in voted.output
    assert "<b>1</b> could not be read" in (voted.reports / "consensus.html").read_text()


def test_answers_that_do_the_same_are_one_group_however_they_are_written(voted):
    total, product = voted.gap("sum"), voted.gap("scale")
    # x.sum(dim=-1), x.sum(-1), einsum; x.sum(dim=0), x.sum(0); np.ones, which is no tensor
    assert _groups(total) == [(5, 3, True, 4), (2, 2, False, 0), (1, 1, False, 0)]
    assert total["groups"][0]["example"] == "x.sum(dim=-1)"
    # factor * total, v1 * total, total *= factor; nothing is done; a hang; an exit; a refused file
    assert sorted(_groups(product), reverse=True)[0] == (4, 3, True, 6)
    assert len(product["groups"]) == 5


def test_the_gap_that_most_get_wrong_comes_first(voted):
    wrong = [one["wrong"] for one in voted.found["gaps"]]
    assert wrong == sorted(wrong, reverse=True)
    assert voted.output.index("scale/product") < voted.output.index("sum/total")


def test_the_majoritys_answers_are_one_program_that_is_graded(voted):
    program = voted.found["program"]["tiny.py"]
    assert "    total = x.sum(dim=-1)\n" in program
    assert "    total = factor * total\n" in program
    one = voted.found["as_one"]
    assert (one["score"], one["max_score"], one["failing"]) == (10, 10, [])
    assert (one["bonus"], one["max_bonus"]) == (2, 2)
    assert "the class as one student: 10 / 10; bonus for everybody: +2 of 2" in voted.output


def test_nobody_is_named_anywhere(voted):
    page = (voted.reports / "consensus.html").read_text()
    text = (voted.reports / "consensus.json").read_text()
    for shown in (page, text, voted.output):
        assert "x.sum" in shown
        assert NAME not in shown


def test_answers_run_in_the_sandbox_alone(voted):
    assert not voted.marker.exists()


def test_reports_hold_no_code_and_are_refused_in_one_line(voted):
    result = voted.course.run("consensus", "reports")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "hold no code. Do: name the class's submissions" in line


def test_the_class_page_links_to_the_vote_and_a_later_run_of_grade_gives_the_bonus(voted):
    link = '<a href="consensus.html">The majority vote</a>'
    index = voted.reports / "index.html"
    assert index.read_text().count(link) == 1
    result = voted.course.run("grade", *graded(), "--lang", "en")
    assert result.returncode == 0, result.stderr
    assert index.read_text().count(link) == 1
    found = [json.loads((voted.reports / f"tiny/{NAME}-{one}.json").read_text()) for one in "adf"]
    bonus = {"kind": "bonus", "points": 2, "reason": "the class's majority vote scores 10 / 10"}
    assert [(one["score"], one["final_score"]) for one in found] == [(10, 12), (0, 0), (0, 0)]
    assert [one["adjustments"] for one in found] == [[bonus], [], []]


def test_one_student_is_a_class_and_an_open_gap_stays_open(voted, tmp_path):
    student = f"submissions/{NAME}-f"
    result = voted.course.run("consensus", student, "--output", str(tmp_path), "--lang", "zh")
    assert result.returncode == 0, result.stderr
    assert "把全班当作一个学生：0 / 10；每人加分 +0（最多 2）" in result.stdout
    page = (tmp_path / "consensus.html").read_text()
    assert '<html lang="zh-CN">' in page
    assert "少数服从多数" in page
