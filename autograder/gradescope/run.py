"""Grades the one submission of a Gradescope container and writes results/results.json."""

from __future__ import annotations

import functools
import sys
import traceback
from pathlib import Path

from autograder.course.assignment import Assignment, Language, load_assignment
from autograder.errors import CourseError, GraderFault
from autograder.gradescope.results import Results, encode_results, not_graded, results_of
from autograder.gradescope.settings import COURSE, Settings, read_known, read_settings
from autograder.gradescope.submission import METADATA, handed_in, read_gradescope
from autograder.grading.adjustments import adjusted
from autograder.grading.options import Isolation, Options
from autograder.reports.whole import write_whole
from autograder.sandbox.missing import isolation_lacks
from autograder.scale.job import Job
from autograder.scale.local import grade_all
from autograder.scale.results import graded

_REFUSED = {
    "en": "This machine cannot confine a student's code: {lack}. So it was not run. "
    "Tell the course's staff; nothing is wrong with what was handed in.",
    "zh": "这台机器无法隔离学生代码：{lack}，因此没有运行。请告诉课程组；提交的内容没有问题。",
}
_UNCONFINED = {
    "en": "This machine cannot confine a student's code ({lack}). "
    "By the instructor's choice it ran without isolation.",
    "zh": "这台机器无法隔离学生代码（{lack}）。按教师的选择，在没有隔离的情况下运行。",
}
_UNTIMED = {  # to stdout, which instructors alone see
    "en": "Lateness was not reckoned: {name} is missing, or has no created_at. Do: look at the "
    "time of this submission in Gradescope, and rerun the autograder or adjust the score",
    "zh": "未计算迟交：{name} 缺失，或没有 created_at。请在 Gradescope 查看提交时间，"
    "再重新评分或手动调整分数",
}
_FAULT = {"en": "The grader failed, not the submission: ", "zh": "评分程序出错，与提交无关："}


def run(root: Path) -> int:
    """Exit code 3 where nothing was graded; results.json says so, without a score."""
    results = _results(root)
    write_whole(root / "results" / "results.json", encode_results(results))
    print(results.output)
    return 0 if results.score is not None else 3


def _results(root: Path) -> Results:
    """Whatever goes wrong is a result: Gradescope shows nothing else to anybody."""
    language: Language = "en"
    try:
        settings = read_settings(root / "source")
        language = settings.language
        course = root / "source" / COURSE
        return _graded(root, settings, load_assignment(course, settings.assignment))
    except (CourseError, GraderFault) as error:
        return not_graded([_FAULT[language] + str(error)], language)
    except Exception:  # a bug of ours: in full for the instructor, to whom stdout goes
        traceback.print_exc(file=sys.stdout)
        return not_graded([_FAULT[language] + "see the autograder's output"], language)


def _graded(root: Path, settings: Settings, assignment: Assignment) -> Results:
    language = settings.language
    lack = isolation_lacks()
    if lack and settings.without_landlock == "refuse":
        return not_graded([_REFUSED[language].format(lack=lack)], language)
    isolation: Isolation = "none" if lack else "landlock"
    notes = [_UNCONFINED[language].format(lack=lack)] if lack else []
    submission = read_gradescope(root / "submission", assignment)
    job = Job(assignment, Options(isolation, language), read_known(root / "source"))
    execute = functools.partial(grade_all, jobs=1)
    report = next(graded(job, [submission], execute, None)).report
    moment = handed_in(root)
    if assignment.late and moment is None:
        print(_UNTIMED[language].format(name=METADATA))
    report = adjusted(report, assignment, moment, (), language)
    return results_of(report, assignment, notes, language)
