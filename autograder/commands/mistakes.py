"""`autograder mistakes`: the known ones; what a class got wrong beside them, and a draft of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from autograder.course.assignment import Assignment, Course, Language, Text, find_course
from autograder.course.masked import mask_reference
from autograder.diagnosis.drafting import Failure, draft, undiagnosed
from autograder.diagnosis.mistakes import read_mistakes
from autograder.errors import CourseError
from autograder.intake.discover import find_students, read_submission
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.filed import Filed
from autograder.reports.words import word

STUDENTS_SHOWN = 8
_NOTHING = Text(
    en="every failure is explained, but for time limits, crashes and open gaps",
    zh="除了超时、崩溃和没有填的空，所有失败都有解释",
)
SUBMISSIONS = "submissions"  # in the course: where students' code is looked for


def mistakes(
    assignment: str | None,
    *,
    reports: Path | None,
    number: int | None,
    submissions: Path | None,
    lang: Language,
) -> int:
    """Lists the known mistakes, or what in `reports` is none; `number` of that list is drafted."""
    course = find_course(Path.cwd())
    chosen = [course.assignment(name) for name in ([assignment] if assignment else course.names)]
    if reports is None:
        if number is not None:
            raise CourseError("--draft: of which reports? Do: name their folder with --from")
        _print(line for one in chosen for line in _known(one, lang))
        return 0
    _refuse_other_than_reports(reports, chosen)
    found = [(one, failure) for one in chosen for failure in _failures(one, reports)]
    if number is None:
        _print(_list(found, lang))
        return 0
    if not 1 <= number <= len(found):
        raise CourseError(f"--draft {number}: there are {len(found)}. Do: see the list without it")
    print(_draft(course, *found[number - 1], submissions), end="")
    return 0


def _failures(assignment: Assignment, reports: Path) -> list[Failure]:
    folder = reports if reports.name == assignment.name else reports / assignment.name
    return undiagnosed(assignment, Filed(folder, (), {}).with_earlier())


def _refuse_other_than_reports(reports: Path, chosen: Sequence[Assignment]) -> None:
    """A class of which there is no report would look like one whose failures are explained."""
    names = {one.name for one in chosen}
    folders = [reports] if reports.name in names else [reports / name for name in sorted(names)]
    if not any(path for folder in folders for path in folder.glob("*.json")):
        raise CourseError(f"{reports}: no reports here. Do: name what grade wrote, such as reports")


def _print(lines: Iterator[str]) -> None:
    console = Console(highlight=False)
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _known(assignment: Assignment, language: Language) -> Iterator[str]:
    for one in read_mistakes(assignment):
        yield f"{assignment.name} {one.name}: {one.title.in_language(language)}"


def _list(found: Sequence[tuple[Assignment, Failure]], language: Language) -> Iterator[str]:
    zh = language == "zh"
    for number, (assignment, one) in enumerate(found, start=1):
        count, size = len(one.students), len(one.tests)
        told = f"{count} 名学生" if zh else f"{count} student{'s' * (count > 1)}"
        tests = f"{size} 个测试" if zh else f"{size} test{'s' * (size > 1)}"
        yield f"{number}. {assignment.name} {one.exercise} · {told} · {tests}"
        said = one.first.message or word(one.first.status, language)
        for line in (*said.splitlines()[:1], *diagnosis_lines(one.first, language)):
            yield f"   {one.first.title}: {line}" if line == said.splitlines()[0] else f"   {line}"
        more = ", …" if count > STUDENTS_SHOWN else ""
        yield f"   {', '.join(one.students[:STUDENTS_SHOWN])}{more}"
    if not found:
        yield _NOTHING.in_language(language)
    else:
        yield ("要起草其中一个：加上 --draft 编号" if zh
               else "to draft one of them, give --draft and its number")  # fmt: skip


def _draft(
    course: Course, assignment: Assignment, failure: Failure, submissions: Path | None
) -> str:
    return draft(failure, mask_reference(assignment), _sources(course, assignment, failure,
                                                               submissions))  # fmt: skip


def _sources(
    course: Course, assignment: Assignment, failure: Failure, submissions: Path | None
) -> dict[str, str]:
    """The code of the first of the students whose code is at hand."""
    folder = submissions or course.root / SUBMISSIONS
    there = find_students([folder], [assignment.name]) if folder.is_dir() else []
    for student in (one for one in there if one.id in failure.students):
        files = read_submission(student, assignment).files
        return {name: files[name].decode("utf-8-sig", "replace")
                for name in assignment.files if name in files}  # fmt: skip
    raise CourseError(f"{folder}: none of {', '.join(failure.students[:STUDENTS_SHOWN])} is there. "
                      "Do: name the class's folder with --submissions")  # fmt: skip
