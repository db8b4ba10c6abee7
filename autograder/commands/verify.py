"""`autograder verify`: the course proves itself, one line a proof."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.course.assignment import Assignment, Course, find_course
from autograder.course.masked import mask_reference
from autograder.course.masking import Masked, fill_gaps
from autograder.course.release import TEMPLATE, given_files, released_files, template_files
from autograder.diagnosis import teeth
from autograder.diagnosis.known import faults
from autograder.diagnosis.mistakes import mistake_paths, read_mistakes
from autograder.diagnosis.mutation import LIST, mutate
from autograder.diagnosis.released import current_tables, lacking_tables
from autograder.errors import CourseError
from autograder.grading.options import Isolation, Options
from autograder.grading.suite import collect_ids
from autograder.intake.reference import REFERENCE, read_reference
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.reports.whole import write_whole
from autograder.scale.job import Job
from autograder.scale.local import grade_all
from autograder.scale.progress import usual_style, with_progress
from autograder.scale.results import graded

WORTHLESS = (
    "worthless"  # assignments/<name>/worthless/*.py: appended to the reference, must score 0
)
UNFILLED, GAP = "template", "gap "


@dataclass(frozen=True)
class _Proof:
    claim: str
    problems: tuple[str, ...] = ()


def verify(
    assignment: str | None, *, isolation: Isolation, mistakes: bool, output: Path | None
) -> int:
    """Prints each proof and what contradicts it; exit code 1 unless all hold.

    With `mistakes` the tests are tried on known mistakes and on mutants of the reference, too;
    what comes of each is written to `output`.
    """
    if output and not mistakes:
        raise CourseError(f"--output {output}: nothing is written there. Do: add --mistakes")
    course = find_course(Path.cwd())
    console = Console(highlight=False)
    chosen = [course.assignment(name) for name in ([assignment] if assignment else course.names)]
    holds = True
    tried: list[teeth.Tried] = []
    proofs = _proofs(course, chosen, isolation)
    of_mistakes = _mistakes_cost(chosen, isolation, tried) if mistakes else ()
    for proof in itertools.chain(proofs, of_mistakes):
        console.print(f"{'[red]✗[/]' if proof.problems else '[green]✓[/]'} {escape(proof.claim)}")
        for problem in proof.problems:
            console.print(f"  {escape(problem)}")
        holds &= not proof.problems
    if output:
        write_whole(output, teeth.page(tried).encode())
    return int(not holds)


def _proofs(course: Course, chosen: Sequence[Assignment], isolation: Isolation) -> Iterator[_Proof]:
    yield _template_is_fresh(course)
    for assignment in chosen:
        yield _Proof(f"{assignment.name}: points add up to {assignment.max_score:g} over "
                     f"{len(assignment.tests)} tests")  # fmt: skip
        yield _ids_agree(assignment)
        masked = mask_reference(assignment)
        if count := len(mistake_paths(assignment)):
            yield _Proof(f"{assignment.name}: {_each(count, 'known mistake')} can be read and fits "
                         "the reference", tuple(faults(assignment)))  # fmt: skip
        submissions = [*_submissions(assignment, masked)]
        reports = {one.submission.id: one for one in _graded(assignment, isolation, submissions)}
        yield _reference_is_right(reports[REFERENCE])
        yield _template_scores_nothing(reports[UNFILLED])
        yield _gaps_matter(assignment, masked, reports)
        yield _worthless_score_nothing(assignment, reports)


def _graded(
    assignment: Assignment, isolation: Isolation, submissions: Sequence[Submission]
) -> Iterator[Report]:
    """As they are done, with a bar."""
    job = Job(assignment, Options(isolation, diagnose=False, reveal=True))
    execute = functools.partial(grade_all, jobs=len(os.sched_getaffinity(0)))
    results = graded(job, submissions, execute, cache=None)
    shown = with_progress(results, usual_style(), assignment.name, len(submissions))
    return (one.report for one in shown)


def _mistakes_cost(
    chosen: Sequence[Assignment], isolation: Isolation, tried: list[teeth.Tried]
) -> Iterator[_Proof]:
    """The tests have teeth. Adds what came of it to `tried`."""
    for assignment in chosen:
        reference = dict(read_reference(assignment).files)
        grade = functools.partial(_graded, assignment, isolation)
        found = teeth.costs(assignment, read_mistakes(assignment), reference, grade)
        most = max((one.elsewhere for one in found), default=0.0)
        yield _Proof(f"{assignment.name}: {_each(len(found), 'known mistake')} loses points in its "
                     f"own exercise, and at most {most:.3g} elsewhere",
                     tuple(teeth.problems(assignment, found)))  # fmt: skip
        mutation = mutate(assignment, reference, grade)
        tried.append(teeth.Tried(assignment, found, mutation))
        yield _Proof(f"{assignment.name}: of {mutation.counted} mutants that are not equivalent "
                     f"{mutation.caught} are caught",
                     tuple(mutation.problems(assignment.folder / LIST)))  # fmt: skip


def _template_is_fresh(course: Course) -> _Proof:
    claim = f"{TEMPLATE}/ is what `autograder release` writes, and gives no answer away"
    try:
        tables = current_tables(course, course.root / TEMPLATE)
        fresh = template_files(course, tables)
    except CourseError as error:
        return _Proof(claim, (str(error),))
    folder = course.root / TEMPLATE
    names = sorted(fresh.keys() | released_files(folder))
    committed = {name: (folder / name).read_bytes() for name in names
                 if (folder / name).is_file()}  # fmt: skip
    stale = {name for name in names if fresh.get(name) != committed.get(name)}
    stale |= {*lacking_tables(course, folder)}
    return _Proof(
        claim, tuple(f"{TEMPLATE}/{name} differs. Do: autograder release" for name in sorted(stale))
    )


def _ids_agree(assignment: Assignment) -> _Proof:
    listed, found = {test.id for test in assignment.tests}, collect_ids(assignment)
    return _Proof(
        f"{assignment.name}: the TOML and pytest know the same {len(listed)} tests",
        (
            *(f"{one} is in the TOML only" for one in sorted(listed - found)),
            *(f"{one} is in tests/ only" for one in sorted(found - listed)),
        ),
    )


def _submissions(assignment: Assignment, masked: dict[str, Masked]) -> Iterator[Submission]:
    """The reference, the template, the reference with one gap open each, and the worthless.

    Worthless code comes with empty forms.
    """
    reference = dict(read_reference(assignment).files)
    given, home = given_files(assignment), f"{assignment.name}/"
    blank = {form.file: given[home + form.file] for form in assignment.forms
             if home + form.file in given}  # fmt: skip
    code = {name: reference[name] for name in assignment.files}
    templates = {name: one.template.encode() for name, one in masked.items()}
    yield Submission(REFERENCE, assignment.name, reference)
    yield Submission(UNFILLED, assignment.name, templates | blank)
    for name, one in masked.items():
        for gap in one.gaps:
            yield Submission(f"{GAP}{name} {gap.number}", assignment.name,
                             reference | {name: _all_but(one, gap.number)})  # fmt: skip
    entry = f"{assignment.module}.py"
    for path in _worthless(assignment):
        text = reference[entry] + b"\n\n" + path.read_bytes()
        yield Submission(path.stem, assignment.name, code | blank | {entry: text})


def _all_but(masked: Masked, number: int) -> bytes:
    answers = ["[MASK]" if gap.number == number else gap.answer for gap in masked.gaps]
    return fill_gaps(masked.template, answers).encode()


def _worthless(assignment: Assignment) -> list[Path]:
    return sorted((assignment.folder / WORTHLESS).glob("*.py"))


def _reference_is_right(report: Report) -> _Proof:
    claim = f"{report.assignment}: the reference scores 100 %"
    return _Proof(claim, (*_ungraded(report), *(
        f"{test.id}: {test.status}: {test.message}" for test in report.tests
        if test.status != "passed"
    )))  # fmt: skip


def _template_scores_nothing(report: Report) -> _Proof:
    """Each test says which gap is open, in the code or in a form."""
    claim = f"{report.assignment}: the template scores 0, each exercise for its gaps"
    return _Proof(claim, (*_ungraded(report), *(
        f"{test.id}: {test.status}: {test.message or 'no message'}" for test in report.tests
        if test.score or not test.message.startswith(GAP)
    )))  # fmt: skip


def _gaps_matter(
    assignment: Assignment, masked: dict[str, Masked], reports: dict[str, Report]
) -> _Proof:
    """Each gap alone, left open, costs points in its own exercise."""
    gaps = [(name, gap) for name, one in masked.items() for gap in one.gaps]
    problems: list[str] = []
    for name, gap in gaps:
        report = reports[f"{GAP}{name} {gap.number}"]
        of_gap = next(one for one in report.exercises if one.id == gap.exercise)
        problems += _ungraded(report)
        if of_gap.score == of_gap.max_score:
            problems.append(f"gap {gap.number} ({gap.exercise}/{gap.name}) open costs nothing")
    return _Proof(f"{assignment.name}: {_each(len(gaps), 'gap')}, left open, costs points in its "
                  "own exercise", tuple(problems))  # fmt: skip


def _each(count: int, what: str) -> str:
    return f"the one {what}" if count == 1 else f"each of {count} {what}s"


def _worthless_score_nothing(assignment: Assignment, reports: dict[str, Report]) -> _Proof:
    names = [path.stem for path in _worthless(assignment)]
    if not names:
        return _Proof(f"{assignment.name}: worthless submissions: none to try in {WORTHLESS}/")
    return _Proof(
        f"{assignment.name}: worthless submissions score 0 ({', '.join(names)})",
        tuple(
            f"{name}: {test.id} gives {test.score:g}"
            for name in names
            for test in reports[name].tests
            if test.score
        )
        + tuple(problem for name in names for problem in _ungraded(reports[name])),
    )


def _ungraded(report: Report) -> tuple[str, ...]:
    reason = report.reason.splitlines()[0] if report.reason else ""
    return () if report.status == "graded" else (f"{report.status}: {reason}",)
