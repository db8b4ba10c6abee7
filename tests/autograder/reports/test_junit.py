"""JUnit XML, as a reader that others wrote takes it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import junitparser
import msgspec

from autograder.reports.junit import junit_xml
from tests.autograder.reports.made_up import NASTY, a_report, a_test, every_ending, rejected


def read(*reports):
    return junitparser.JUnitXml.fromstring(junit_xml(reports))


def test_every_ending_is_counted_and_told():
    found = read(every_ending(), rejected())
    assert (found.tests, found.failures, found.errors, found.skipped) == (7, 3, 2, 1)
    suites = {suite.name: list(suite) for suite in found}
    assert list(suites) == ["tiny.sum", "tiny.scale", "other"]
    passed, partial, failed, error = suites["tiny.sum"]
    assert (passed.name, passed.classname, passed.time) == ("adds up", "tiny.sum", 0.25)
    assert passed.is_passed
    assert "two answers were right" in passed.system_out
    assert partial.result[0].message == "2 / 4"
    assert partial.result[0].text == "half: not 3\nwhole: 5 is not 6\nwhich axis?"
    assert isinstance(failed.result[0], junitparser.Failure)
    assert isinstance(error.result[0], junitparser.Error)
    assert f"ValueError: {NASTY}" in error.result[0].text
    assert isinstance(suites["tiny.scale"][1].result[0], junitparser.Skipped)
    assert "not handed in" in suites["other"][0].result[0].text


def test_a_case_names_the_test_file_where_students_have_it():
    cases = [case for suite in read(every_ending()) for case in suite]
    assert {case._elem.get("file") for case in cases} == {"tests/tiny/test_tiny.py"}
    hidden = a_test("secret", "failed", 0.0, id="hidden/test_x.py::f", visibility="hidden")
    assert b"test_x" not in junit_xml([a_report(hidden)])


def test_gitlab_drops_no_case_as_a_second_of_its_name():
    same = [a_test("adds_up", "passed", 4.0), a_test("adds_up", "passed", 4.0, id="b.py::f")]
    names = [(case.classname, case.name) for suite in read(a_report(*same)) for case in suite]
    assert len(set(names)) == 2


def test_of_a_class_each_suite_names_the_student():
    one = every_ending()
    info = msgspec.structs.replace(one.submission, id="s02")
    names = [suite.name for suite in read(one, msgspec.structs.replace(one, submission=info))]
    assert names == ["s01.tiny.sum", "s01.tiny.scale", "s02.tiny.sum", "s02.tiny.scale"]


def test_characters_that_xml_lacks_are_replaced():
    nasty = "a\x00b\x1b[31mc\ud800\ufffe\U0001f600"
    data = junit_xml([a_report(a_test("adds_up", "error", 0.0, nasty))])
    text = ET.fromstring(data).find(".//error").text  # noqa: S314  # our own
    assert text.startswith("a\ufffdb\ufffd[31mc\ufffd\ufffd\U0001f600")


def test_an_ungradable_submission_is_an_error_and_not_a_failure():
    found = read(a_report(status="ungradable", reason="our fault", score=None, final_score=None))
    assert (found.tests, found.failures, found.errors) == (1, 0, 1)
