"""`autograder check`: a student's own run of the public tests, in this process."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from collections.abc import Collection, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from autograder.course.assignment import Assignment, Course, Language, Test, find_template
from autograder.course.gaps import unfilled
from autograder.course.masked import known_gaps
from autograder.errors import CourseError
from autograder.grading.forms import forms_of
from autograder.grading.options import Options
from autograder.grading.outcome import Outcome
from autograder.grading.scoring import score
from autograder.grading.student import Student
from autograder.grading.suite import chosen_tests, run_suite
from autograder.intake.imports import foreign_imports
from autograder.intake.own import read_own
from autograder.intake.submission import Submission
from autograder.models.embeddings import tensors_file
from autograder.models.store import is_present
from autograder.reports.progress import progress_lines
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.inside.profiles import PROFILES

PRETRAINING = "pretraining"  # the task that is looked at and not graded: a model, not code
EXTRAS = {"transformers": "fine-tuning"}  # of this package, by profile: what its tasks import
WATCH_SLICE_MS = 200  # how soon the first check begins


def check(
    assignment: str | None, *, folder: Path | None, text: Path | None, watch: bool, lang: Language
) -> int:
    """Checks one assignment, or each one in the folder; exit code 1 until all tests pass.

    Of task `pretraining` it is the model in `folder` that is measured, on `text` if that is given.
    """
    if assignment == PRETRAINING:
        return _examine(folder, lang, text)
    if folder or text:
        raise CourseError(f"{folder or text}: only of {PRETRAINING}. Do: leave it out")
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # an exception would end in the student's code
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # what the libraries tell each other
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    warnings.simplefilter("ignore", SyntaxWarning)  # Python wonders about `[MASK](…)`
    sys.dont_write_bytecode = True  # a file saved twice in one second would meet its old bytecode
    course = find_template(Path.cwd())
    chosen = [course.assignment(name) for name in ([assignment] if assignment else course.names)]
    if watch:
        return _watch(course, chosen, lang)
    passed = [_check_one(course, one, lang) for one in chosen]
    return int(not all(passed))


def _examine(folder: Path | None, language: Language, text: Path | None) -> int:
    if folder is None:
        raise CourseError(f"{PRETRAINING}: no folder. Do: name your model's, as saved by Trainer")
    from autograder.pretraining.examine import examine

    return examine(folder, language, text)


def _watch(course: Course, chosen: Sequence[Assignment], language: Language) -> int:
    """Checks now and at each save, until Ctrl-C."""
    from watchfiles import PythonFilter
    from watchfiles import watch as changes

    console = Console()
    folders = [course.root / one.name for one in chosen]
    first = True  # the watcher is there before the first check, so that no save is missed
    forms = tuple(Path(form.file).suffix for one in chosen for form in one.forms)
    for saved in changes(*folders, watch_filter=PythonFilter(extra_extensions=forms),
                         yield_on_timeout=True, rust_timeout=WATCH_SLICE_MS):  # fmt: skip
        if not (saved or first):
            continue
        first = False
        console.clear()
        for one in chosen:
            try:
                _check_one(course, one, language)
            except CourseError as error:  # a file half saved: say so and wait for the next save
                console.print(str(error), markup=False)
        console.print("[dim]Ctrl-C · 保存后自动重新检查[/]" if language == "zh"
                      else "[dim]checks again when you save; Ctrl-C stops[/]")  # fmt: skip
    return 0


def _check_one(course: Course, assignment: Assignment, language: Language) -> bool:
    """Runs the public tests, prints what to do next, and says whether all passed."""
    own = read_own(course, assignment)
    sources = {name: own.files[name].decode() for name in assignment.files}
    known = known_gaps(assignment)
    gaps = {name: unfilled(text, known[name]) for name, text in sources.items()}
    missing = [name for name in assignment.needs if not is_present(name)]
    public = [test for test in assignment.tests if test.visibility == "public"]
    possible = {test.id for test in public if not set(test.needs) & set(missing)}
    outcomes = _run(course, assignment, possible, own)
    result = score(assignment, outcomes, gaps, Options(language=language))
    console = Console(highlight=False)
    for line in _absent(assignment, language):
        console.print(line, markup=False)
    for line in progress_lines(assignment, result.tests, result.adjustments, gaps, language):
        console.print(line)
    for line in (*_refusals(assignment, sources, language), *_missing(public, missing, language)):
        console.print(line, markup=False)
    return not missing and all(outcome.status == "passed" for outcome in outcomes)


def _run(
    course: Course, assignment: Assignment, tests: Collection[str], own: Submission
) -> list[Outcome]:
    present = {name: tensors_file(name) for name in assignment.needs if is_present(name)}
    home = course.root / assignment.name
    code = InProcess(home, assignment.name, assignment.module, present, assignment.limits.call_s)
    chosen = chosen_tests(assignment, None, tests)
    return run_suite(assignment, Student(code), chosen, forms=forms_of(own, assignment))


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


def _missing(public: Sequence[Test], missing: Sequence[str], language: Language) -> Iterator[str]:
    """What could not be run for want of data, and how to have it."""
    for name in missing:
        count = sum(name in test.needs for test in public)
        yield (
            f"{count} 个测试需要 {name}，这台机器上没有。请运行：autograder fetch {name}"
            if language == "zh"
            else f"{count} tests need {name}, which is not here. Do: autograder fetch {name}"
        )


def _refusals(assignment: Assignment, sources: dict[str, str], language: Language) -> Iterator[str]:
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
