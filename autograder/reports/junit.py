"""Reports as JUnit XML: a suite an exercise, a case a test, in the parts that GitLab reads.

GitLab shows the class name as the suite, the file, the time and the text inside a failure, and
drops a case of the same class and name as one before it; other readers show the attributes too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET  # writes; never reads what a student wrote

from autograder.course.assignment import Language
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.schema import Report, TestReport

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WRONG = ("partial", "failed")  # a value; what else is not passed is an error
_ERRORS = ("error", "timeout", "crashed", "limit")


def junit_xml(reports: Sequence[Report], language: Language = "en") -> bytes:
    """One file for the reports, of one student or of several."""
    root = ET.Element("testsuites", name="autograder")
    several = len({report.submission.id for report in reports}) > 1
    for report in reports:
        prefix = f"{report.submission.id}." if several else ""
        root.extend(_suites(report, f"{prefix}{report.assignment}", language))
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    text: str = ET.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _suites(report: Report, name: str, language: Language) -> Iterator[ET.Element]:
    if report.status != "graded":
        yield _without_marks(report, name)
        return
    for exercise in report.exercises:
        tests = [test for test in report.tests if test.exercise == exercise.id]
        if tests:
            yield _suite(f"{name}.{exercise.id}", tests, report, language)


def _suite(
    name: str, tests: Sequence[TestReport], report: Report, language: Language
) -> ET.Element:
    suite = _new_suite(name, report)
    points = f"{sum(test.score for test in tests):g} / {sum(test.max_score for test in tests):g}"
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="points", value=points)
    names: set[str] = set()
    for test in tests:
        shown = test.title if test.title not in names else f"{test.title} ({test.id})"
        names.add(shown)
        suite.append(_case(name, shown, test, report.assignment, language))
    _count(suite)
    return suite


def _case(
    suite: str, name: str, test: TestReport, assignment: str, language: Language
) -> ET.Element:
    case = _new_case(suite, name, test.duration_s)
    if test.visibility == "public":
        case.set("file", _xml(f"tests/{assignment}/{test.id.partition('::')[0]}"))
    if test.status == "skipped":
        ET.SubElement(case, "skipped")
    elif test.status in _WRONG or test.status in _ERRORS:
        points = f"{test.score:g} / {test.max_score:g}"
        kind = "failure" if test.status in _WRONG else "error"
        trouble = ET.SubElement(case, kind, type=test.status, message=points)
        told = (test.message or test.status, *diagnosis_lines(test, language), test.hint)
        trouble.text = _xml("\n".join(filter(None, told)))
    if test.notes:
        ET.SubElement(case, "system-out").text = _xml("\n".join(test.notes))
    return case


def _without_marks(report: Report, name: str) -> ET.Element:
    """A submission that was rejected is the student's failure, an ungradable one ours."""
    suite = _new_suite(name, report)
    case = _new_case(name, report.status, report.duration_s)
    kind = "failure" if report.status == "rejected" else "error"
    ET.SubElement(case, kind, type=report.status).text = _xml(report.reason)
    suite.append(case)
    _count(suite)
    return suite


def _new_suite(name: str, report: Report) -> ET.Element:
    return ET.Element("testsuite", name=_xml(name), timestamp=report.started_at)


def _new_case(suite: str, name: str, seconds: float) -> ET.Element:
    return ET.Element("testcase", classname=_xml(suite), name=_xml(name), time=f"{seconds:.3f}")


def _count(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")


def _xml(text: str) -> str:
    """Without the characters that no XML file may hold, however they are written."""
    return _NOT_XML.sub("\ufffd", text)
