"""`autograder check`: a student's own run of the public tests, in this process."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import msgspec
import torch
from rich.console import Console

from autograder.course.assignment import Assignment, Course, Language, find_template
from autograder.errors import CourseError
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.grading.remarks import remarks
from autograder.intake.imports import foreign_imports
from autograder.intake.own import as_handed_in, read_own
from autograder.intake.submission import Submission
from autograder.loop.afterwards import afterwards
from autograder.loop.checking import Checked, check_tests
from autograder.loop.words import lacking_lines, undiagnosed_lines
from autograder.models.store import locate
from autograder.reports.annotations import Remark
from autograder.reports.ci import ci_files
from autograder.reports.markdown import Part
from autograder.reports.progress import progress_lines
from autograder.reports.whole import write_whole
from autograder.sandbox.inside.profiles import PROFILES

PRETRAINING = "pretraining"  # the task that is looked at and not graded: a model, not code
EXTRAS = {"transformers": "fine-tuning"}  # of this package, by profile: what its tasks import


def check(
    assignment: str | None,
    *,
    folder: Path | None,
    text: Path | None,
    watch: bool,
    explain: bool = False,
    ci: Path | None = None,
    lang: Language,
) -> int:
    """Checks one assignment, or each one in the folder; exit code 1 until all tests pass.

    Of task `pretraining` it is the model in `folder` that is measured, on `text` if that is given.
    `ci` is a folder for the files that a workflow shows and keeps; `explain` draws, and checks
    nothing.
    """
    if assignment == PRETRAINING:
        return _examine(folder, lang, text)
    if folder or text:
        raise CourseError(f"{folder or text}: only of {PRETRAINING}. Do: leave it out")
    if sum(map(bool, (watch, explain, ci))) > 1:
        raise CourseError("--watch, --explain, --ci: each goes alone. Do: leave the others out")
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # an exception would end in the student's code
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # what the libraries tell each other
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    warnings.simplefilter("ignore", SyntaxWarning)  # Python wonders about `[MASK](…)`
    torch.set_num_threads(1)  # as in grading; on small tensors more of them only get in the way
    sys.dont_write_bytecode = True  # a file saved twice in one second would meet its old bytecode
    course = find_template(Path.cwd())
    chosen = [course.assignment(name) for name in ([assignment] if assignment else course.names)]
    if watch:
        from autograder.loop.watch import watch as watch_saves

        return watch_saves(course, chosen, lang)
    if explain:
        from autograder.loop.explain import explain as draw

        return draw(course, chosen, lang)
    if ci:
        return _in_ci(course, chosen, ci, lang)
    checked = [_check_one(course, one, read_own(course, one), lang) for one in chosen]
    return int(not all(one.is_passed for one in checked))


def _examine(folder: Path | None, language: Language, text: Path | None) -> int:
    if folder is None:
        raise CourseError(f"{PRETRAINING}: no folder. Do: name your model's, as saved by Trainer")
    from autograder.pretraining.examine import examine

    return examine(folder, language, text)


def _in_ci(course: Course, chosen: Sequence[Assignment], folder: Path, language: Language) -> int:
    """Checks as ever and writes the files for a workflow, also where an assignment is not there."""
    for name in (name for one in chosen for name in one.needs):
        locate(name)  # a report without some tests would look like a whole one
    parts: list[Part] = []
    told: list[Remark] = []
    is_passed = True
    for one in chosen:
        own = as_handed_in(course, one)
        if own.problem:
            print(own.problem, file=sys.stderr)
            path = f"{one.name}/{one.files[0]}"
            told.append(Remark("error", path, 1, one.name, own.problem))
            options = Options("none", language)
            parts.append(Part(blank_report(one, own, options, "rejected", own.problem), {}))
            is_passed = False
            continue
        started = time.perf_counter()
        checked = _check_one(course, one, own, language)
        parts.append(_part(own, checked, time.perf_counter() - started, language))
        told += remarks(checked.found, language)
        is_passed &= checked.is_passed
    for name, data in ci_files(parts, told, language).items():
        write_whole(folder / name, data)
    return int(not is_passed)


def _part(own: Submission, checked: Checked, seconds: float, language: Language) -> Part:
    blank = blank_report(checked.found.assignment, own, Options("none", language), "graded")
    report = msgspec.structs.replace(
        blank,
        score=checked.score.total,
        adjustments=checked.score.adjustments,
        final_score=checked.score.final,
        exercises=checked.score.exercises,
        tests=checked.score.tests,
        duration_s=round(seconds, 3),
    )
    return Part(report, checked.found.gaps)


def _check_one(
    course: Course, assignment: Assignment, own: Submission, language: Language
) -> Checked:
    """Runs the public tests and prints what to do next."""
    checked = check_tests(course, assignment, own, language)
    result, found = checked.score, checked.found
    console = Console(highlight=False)
    for line in _absent(assignment, language):
        console.print(line, markup=False)
    for line in progress_lines(assignment, result.tests, result.adjustments, found.gaps, language):
        console.print(line)
    for line in (*_refusals(assignment, found.sources, language),
                 *lacking_lines(assignment, checked.missing, language),
                 *undiagnosed_lines(assignment, result.tests, language)):  # fmt: skip
        console.print(line, markup=False)
    if checked.is_passed and not any(found.gaps.values()):
        for renderable in afterwards(assignment, language):
            console.print(renderable)
    return checked


def _absent(assignment: Assignment, language: Language) -> Iterator[str]:
    """What the grader's sandbox has and this machine lacks, and how to have it."""
    offered = PROFILES[assignment.profile].distributions
    absent = ", ".join(name for name in offered if find_spec(name) is None)
    if absent:
        command = f"{sys.executable} -m pip install 'autograder[{EXTRAS[assignment.profile]}]'"
        yield (
            f"{assignment.name} 需要 {absent}，这台机器上没有。请运行：{command}"
            if language == "zh"
            else f"{assignment.name} needs {absent}, which is not installed here. Do: {command}"
        )


def _refusals(
    assignment: Assignment, sources: Mapping[str, str], language: Language
) -> Iterator[str]:
    """What works here, where everything is installed, and will not in the grader's sandbox."""
    own = {Path(name).stem for name in assignment.files}
    offered = {*PROFILES[assignment.profile].distributions, *own}
    for name, text in sources.items():
        for one in foreign_imports(text, offered):
            yield (
                f"{name} 第 {one.line} 行：评分沙箱里没有 {one.package}，评分时这个 import 会失败。"
                if language == "zh"
                else f"{name}, line {one.line}: the grader's sandbox has no {one.package}: "
                "this import will fail there."
            )
