"""A class's known mistakes by the real command line: named, kept, released, and drafted."""

from __future__ import annotations

import json
import shutil
import tomllib

import pytest

from autograder.course.assignment import find_course, load_assignment
from autograder.diagnosis.released import lacking_tables
from autograder.grading.options import Options
from autograder.scale.job import Job
from autograder.scale.key import Keys, table_key
from tests.autograder.conftest import GOOD, tiny_course_at

MISTAKES = {
    "scale/divided": ("factor * total", "total / factor"),
    "scale/forgotten": ("factor * total", "total"),
    "sum/mean": ("x.sum(dim=-1)", "x.mean(dim=-1)"),
}
CLASS = {  # what each student's function does
    "right": GOOD,
    "divides": "rows = [row.sum() for row in x]\nreturn torch.stack(rows) / factor",
    "divides-too": "return torch.einsum('...i->...', x) / factor",
    "mean": "return factor * x.sum(-1) / x.size(-1)",
    "eight": "return 8 * factor * x.sum(-1)",
    "squared": "return factor * factor * x.sum(-1)",
    "squared-too": "return torch.tensor(factor) ** 2 * (x @ torch.ones(x.size(-1)).to(x))",
    "hangs": "while True: pass",
}


def _mistake(find, put):
    texts = "".join(f'[{key}]\nen = "{key} in English"\nzh = "{key} 中文"\n'
                    for key in ("title", "seen", "why", "look"))  # fmt: skip
    return f'{texts}[[edits]]\nin = "scaled_sum"\nfind = "{find}"\nput = "{put}"\n'


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    made = tiny_course_at(tmp_path_factory.mktemp("class") / "course")
    for name, edit in MISTAKES.items():
        made.write(f"assignments/tiny/mistakes/{name}.toml", _mistake(*edit))
    return made


@pytest.fixture(scope="module")
def graded(course):
    """What grading a class prints; first somebody who makes no mistake is graded alone."""
    course.hand_in("right", CLASS["right"])
    alone = course.run("grade", "submissions", "--lang", "en")
    for student, body in CLASS.items():
        course.hand_in(student, body)
    return alone, course.run("grade", "submissions", "--lang", "en", "--jobs", "2")


def _tests(course, student, folder="reports"):
    report = json.loads((course.root / folder / f"tiny/{student}.json").read_text())
    return {test["id"].partition("::")[2]: test["diagnosis"] for test in report["tests"]}


def _names(diagnosis):
    return [one["name"] for one in diagnosis["mistakes"]] if diagnosis else []


def test_where_nothing_fails_no_mistake_is_run(graded):
    alone, class_ = graded
    assert "known mistakes" not in alone.stderr
    assert class_.stderr.count("scale has failures: trying 2 known mistakes, the first time") == 1
    assert class_.stderr.count("sum has failures: trying 1 known mistake, the first time") == 1


@pytest.mark.parametrize("student", ["divides", "divides-too"])
def test_a_mistake_is_named_however_it_is_written(course, graded, student):
    tests = _tests(course, student)
    assert tests["test_adds_along_the_last_axis"] is None
    public, hidden = tests["test_multiplies_by_the_factor"], tests["test_works_for_one_row"]
    assert _names(public) == _names(hidden) == ["scale/divided"]
    assert public["mistakes"][0]["look"] == "look in English"
    assert hidden["mistakes"][0]["look"] == ""  # said once


def test_each_exercise_has_its_own(course, graded):
    tests = _tests(course, "mean")
    assert _names(tests["test_adds_along_the_last_axis"]) == ["sum/mean"]
    assert _names(tests["test_multiplies_by_the_factor"]) == []


def test_what_has_no_name_is_measured_where_its_values_may_be_told(course, graded):
    tests = _tests(course, "eight")
    assert tests["test_adds_along_the_last_axis"]["measured"] == ["right up to a factor of 8.000"]
    assert tests["test_works_for_one_row"] is None  # hidden


def test_what_ends_by_chance_has_no_name(course, graded):
    assert set(map(str, _tests(course, "hangs").values())) == {"None"}


def test_no_file_holds_what_the_calls_gave(course, graded):
    for path in (course.root / "reports").rglob("*.json"):
        assert "traces" not in json.loads(path.read_text())


def test_the_page_and_the_terminal_tell_it(course, graded):
    page = (course.root / "reports/tiny/divides.html").read_text(encoding="utf-8")
    assert "This looks like: title in English" in page
    assert "scale: title in English" in graded[1].stdout
    shown = course.run("report", "reports/tiny/divides.json", "--lang", "zh")
    assert "看起来是：title in English" in shown.stdout  # the report's own texts stay


def test_another_run_says_the_same_from_the_table_that_was_kept(course, graded):
    run = course.run("grade", "submissions/divides", "submissions/eight", "--lang", "zh",
                     "--output", "again", "--jobs", "1")  # fmt: skip
    assert "known mistakes" not in run.stderr  # in another language nothing else is kept
    for student in ("divides", "eight"):
        first, second = (_tests(course, student, folder) for folder in ("reports", "again"))
        assert {name: _names(one) for name, one in first.items()} == {
            name: _names(one) for name, one in second.items()
        }
    chinese = _tests(course, "divides", "again")["test_multiplies_by_the_factor"]
    assert chinese["mistakes"][0]["title"] == "title 中文"


def test_a_changed_mistake_grades_anew(course, graded, tmp_path):
    copy = shutil.copytree(course.root, tmp_path / "course")
    path = copy / "assignments/tiny/mistakes/scale/divided.toml"
    path.write_text(path.read_text().replace("title in English", "it is divided"))
    jobs = [Job(load_assignment(root, "tiny"), Options()) for root in (course.root, copy)]
    assert len({Keys(job).job for job in jobs}) == len(set(map(table_key, jobs))) == 2


def test_rerun_tells_it_with_the_numbers(course, graded):
    run = course.run("rerun", "divides", "--test", "hidden/test_tiny.py::test_works_for_one_row",
                     "--lang", "en")  # fmt: skip
    assert "Where to look: look in English" in run.stdout


def test_what_no_mistake_explains_is_listed_by_equal_outputs_and_drafted(course, graded):
    listed = course.run("mistakes", "tiny", "--from", "reports", "--lang", "en")
    first, *_ = listed.stdout.splitlines()
    assert first.startswith("1. tiny scale · 2 students")
    assert "squared, squared-too" in listed.stdout
    assert "divides" not in listed.stdout
    drafted = course.run("mistakes", "tiny", "--from", "reports", "--draft", "1")
    edit = tomllib.loads(drafted.stdout)["edits"][0]
    assert edit["in"] == "scaled_sum"
    assert "factor" in edit["find"]


def test_a_folder_without_reports_is_no_class_whose_failures_are_explained(course):
    run = course.run("mistakes", "tiny", "--from", "report", "--lang", "en")
    assert run.returncode == 2
    assert run.stderr.splitlines() == [
        "autograder: report: no reports here. Do: name what grade wrote, such as reports"
    ]


@pytest.fixture(scope="module")
def template(course, graded):
    run = course.run("release")
    assert run.returncode == 0, run.stderr
    return course.root / "student_template"


def test_students_get_what_tells_them_and_no_code(course, template):
    table = (template / "assignments/tiny/mistakes.json").read_text(encoding="utf-8")
    assert "look in English" in table
    assert not any(word in table for word in ("one_row", "total /", "x.mean"))
    assert not (template / "assignments/tiny/mistakes").exists()


def test_check_names_the_mistake_from_it(course, template, tmp_path):
    copy = shutil.copytree(template, tmp_path / "student")
    shutil.copy(course.root / "submissions/divides/tiny/tiny.py", copy / "tiny/tiny.py")
    run = course.run("check", "tiny", "--lang", "en", cwd=copy)
    assert run.returncode == 1
    assert "This looks like: title in English" in run.stdout


def test_check_goes_on_without_names_where_the_table_is_damaged(course, template, tmp_path):
    copy = shutil.copytree(template, tmp_path / "student")
    shutil.copy(course.root / "submissions/divides/tiny/tiny.py", copy / "tiny/tiny.py")
    table = "assignments/tiny/mistakes.json"
    (copy / table).write_text("<<<<<<< HEAD")
    run = course.run("check", "tiny", "--lang", "en", cwd=copy)
    assert run.returncode == 1
    assert run.stderr == ""
    assert "This looks like" not in run.stdout
    told = " ".join(run.stdout.split())
    assert told.count(f"{table} is damaged, so that no mistake is named here. Do: ") == 1
    assert lacking_tables(find_course(course.root), copy) == [table]  # release makes it anew


def test_a_class_is_graded_without_the_mistakes_that_cannot_be_read_or_made(course, tmp_path):
    other = course.copy(tmp_path / "course")
    folder = other.root / "assignments/tiny/mistakes"
    (folder / "sum/mean.toml").write_text("title = ")
    outdated = _mistake("factor - total", "total")
    (folder / "scale/divided.toml").write_text(outdated, encoding="utf-8")
    run = other.run("grade", "submissions/divides", "submissions/mean", "--lang", "en")
    assert run.returncode == 0
    told = [line for line in run.stderr.splitlines() if "no known mistake is named" in line]
    assert [line.split(": ")[1:3] for line in sorted(told)] == [["tiny", "scale"], ["tiny", "sum"]]
    assert "'factor - total' stands 0 times in scaled_sum, not once. Do: " in "".join(told)
    assert "mean.toml" in "".join(told)
    assert not any(map(_names, _tests(other, "divides").values()))
    verified = other.run("verify", "tiny").stdout
    assert "✗ tiny: each of 3 known mistakes can be read and fits the reference" in verified
    assert verified.count("stands 0 times") == 1
    assert verified.count("mistakes/sum/mean.toml: ") == 1
    refused = other.run("release")
    assert refused.returncode == 2
    assert "stands 0 times" in refused.stderr


def test_the_table_is_made_anew_only_where_something_changed(course, template):
    here = find_course(course.root)
    assert lacking_tables(here, template) == []
    assert "running the known mistakes" not in course.run("release").stderr
    reference = course.root / "solutions/tiny/tiny.py"
    reference.write_text(reference.read_text().replace("# hint: ", "# hint: please, "))
    assert lacking_tables(here, template) == []
    reference.write_text(reference.read_text() + "\nX = 1\n")
    assert lacking_tables(here, template) == ["assignments/tiny/mistakes.json"]
