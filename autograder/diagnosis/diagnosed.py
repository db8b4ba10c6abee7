"""A report with traces → the same with its diagnoses, in the report's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from autograder.course.assignment import Assignment, Language
from autograder.diagnosis.explain import Finding, explain, is_open_to_question, shows
from autograder.diagnosis.sketches import Trace
from autograder.diagnosis.table import Known
from autograder.diagnosis.table import KnownMistake as Row
from autograder.reports.schema import Diagnosis, KnownMistake, Report, TestReport


def exercises_asked(assignment: Assignment, report: Report) -> frozenset[str]:
    """The exercises of which a known mistake might explain something in the report.

    A whole test asks for its own exercise only where nothing else does.
    """
    failed: dict[str, list[Trace]] = {}
    whole: dict[str, list[Trace]] = {}
    tests = {test.id: (one.id, test) for one in assignment.exercises for test in one.tests}
    for trace in (one for one in _traces(report) if one.status != "passed"):
        exercise, test = tests[trace.id]
        (whole if test.whole else failed).setdefault(exercise, []).append(trace)
    return _open(failed) or _open(whole)


def _open(failed: Mapping[str, Sequence[Trace]]) -> frozenset[str]:
    return frozenset(name for name, some in failed.items() if is_open_to_question(some))


def diagnosed(assignment: Assignment, report: Report, known: Known, language: Language) -> Report:
    """With what is found at each test that it accounts for, and without the traces."""
    tests = diagnosed_tests(assignment, report.tests, _traces(report), known, language)
    return msgspec.structs.replace(report, tests=tests, traces=msgspec.UNSET)


def diagnosed_tests(
    assignment: Assignment,
    tests: Sequence[TestReport],
    traces: Sequence[Trace],
    known: Known,
    language: Language,
) -> tuple[TestReport, ...]:
    """The same of tests alone; `traces` are of those that lost points."""
    whole = frozenset(test.id for test in assignment.tests if test.whole)
    student = _Student(tests, {one.id: one for one in traces}, whole)
    found = student.findings(known)
    said = {test: _said(finding.mistakes, language, in_full=test == student.first(finding))
            for finding in found for test in finding.tests}  # fmt: skip
    return tuple(msgspec.structs.replace(one, diagnosis=said.get(one.id, one.diagnosis))
                 for one in tests)  # fmt: skip


class _Student:
    """What a student's tests came to, by exercise."""

    def __init__(
        self, tests: Sequence[TestReport], traces: Mapping[str, Trace], whole: frozenset[str]
    ) -> None:
        self._tests = tests
        self._whole = whole
        self._traces = {
            test.id: traces.get(test.id, Trace(id=test.id, status=test.status)) for test in tests
        }

    def findings(self, known: Known) -> list[Finding]:
        """Of all exercises; a whole test may show a mistake of another exercise."""
        found = [one for exercise in self._exercises() for one in self._of(exercise, known)]
        told = {test for one in found for test in one.tests}
        untold = [self._traces[test] for test in self._whole & self._traces.keys() - told]
        return [self._with_whole(one, untold, known) for one in found]

    def first(self, finding: Finding) -> str:
        """The test that has all there is to say: one that the student sees, if there is one."""
        explained = [test for test in self._tests if test.id in finding.tests]
        return next((one for one in explained if one.visibility == "public"), explained[0]).id

    def _exercises(self) -> list[str]:
        failed = (one for one in self._tests if one.status != "passed")
        return list(dict.fromkeys(one.exercise for one in failed))

    def _of(self, exercise: str, known: Known) -> tuple[Finding, ...]:
        """Whole tests say little of an exercise where there is something wrong in another."""
        own = [self._traces[one.id] for one in self._tests if one.exercise == exercise]
        found = explain(exercise, own, known)
        if not found and self._fails_outside(exercise):
            return explain(exercise, [one for one in own if one.id not in self._whole], known)
        return found

    def _fails_outside(self, exercise: str) -> bool:
        return any(one.status != "passed" and one.exercise != exercise
                   and one.id not in self._whole for one in self._tests)  # fmt: skip

    def _with_whole(self, finding: Finding, untold: Sequence[Trace], known: Known) -> Finding:
        shown = [test.id for test in untold if test.status != "passed"
                 and all(shows(one, test, known) for one in finding.mistakes)]  # fmt: skip
        return Finding(finding.mistakes, (*finding.tests, *sorted(shown)))


def _traces(report: Report) -> Sequence[Trace]:
    return () if report.traces is msgspec.UNSET else report.traces


def _said(mistakes: Sequence[Row], language: Language, *, in_full: bool) -> Diagnosis:
    return Diagnosis(mistakes=tuple(_one(each, language, in_full=in_full) for each in mistakes))


def _one(mistake: Row, language: Language, *, in_full: bool) -> KnownMistake:
    title = mistake.title.in_language(language)
    if not in_full:
        return KnownMistake(name=mistake.name, title=title)
    return KnownMistake(
        name=mistake.name,
        title=title,
        seen=mistake.seen.in_language(language),
        why=mistake.why.in_language(language),
        look=mistake.look.in_language(language),
    )
