"""An LMS's list of times: which columns are taken for what, and what is refused with its line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from autograder.errors import CourseError
from autograder.intake.time_list import read_times
from autograder.intake.times import Moment

MOODLE = """\ufeffIdentifier,Full name,Email address,Status,Last modified (submission),Feedback
Participant 1234567,Ada Byron,ada@x.org,Submitted,"Thursday, 1 October 2026, 11:59 PM",
Participant 7,李 雷,li@x.org,No submission,-,
"""
GRADESCOPE = """First Name,Last Name,SID,Email,Total Score,Submission ID,Submission Time
Ada,Byron,s01,ada@x.org,90.0,1,2026-10-01 23:59:00 +0800
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "times.csv"
        path.write_text(text, encoding="utf-8")
        return read_times(path)

    return read


def _at(*parts):
    return Moment(datetime(*parts), "list")


def test_a_plain_list_is_by_student_and_may_be_by_assignment(read):
    times = read("student,assignment,time\ns01,tiny,2026-10-01 10:00\ns01,other,2026-10-02 10:00\n")
    assert times.of("s01", "tiny") == _at(2026, 10, 1, 10)
    assert times.of("s01", "other") == _at(2026, 10, 2, 10)
    assert times.of("s01", "third") is None
    assert times.of("s02", "tiny") is None


def test_without_that_column_a_time_is_of_each_assignment(read):
    times = read("Student,Time\ns01,2026-10-01 10:00\n")
    assert times.of("s01", "tiny") == times.of("s01", "other") == _at(2026, 10, 1, 10)


def test_moodles_worksheet_is_one_by_the_participants_number(read):
    times = read(MOODLE)
    assert times.of("Ada Byron_1234567", "tiny") == _at(2026, 10, 1, 23, 59)
    assert times.of("ada@x.org", "tiny") == _at(2026, 10, 1, 23, 59)
    assert times.of("李 雷_7", "tiny") is None


def test_gradescopes_grades_and_canvass_api_are_ones(read):
    assert read(GRADESCOPE).of("s01", "tiny").at == datetime(2026, 10, 1, 15, 59, tzinfo=UTC)
    times = read("user_id,submitted_at\n12345,2026-10-01T15:59:00Z\n")
    assert times.of("byronada_12345", "tiny").at == datetime(2026, 10, 1, 15, 59, tzinfo=UTC)


def test_of_several_times_the_last_counts(read):
    times = read("student,time\ns01,2026-10-02 10:00\ns01,2026-10-01 10:00\n")
    assert times.of("s01", "tiny") == _at(2026, 10, 2, 10)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no column for the student"),
        ("student,points\ns01,3\n", "no column for the time. Do: call one of them time or"),
        ("name,time\ns01,2026-10-01 10:00\n", "no column for the student"),
        ("student,time\ns01,2026-10-01 10:00\ns02,1/10/2026 10:00\n", "line 3: '1/10/2026 10:00'"),
    ],
)
def test_what_is_not_understood_is_refused(read, text, problem):
    with pytest.raises(CourseError, match="Do: ") as refused:
        read(text)
    assert problem in str(refused.value)


def test_a_short_row_and_an_empty_one_are_passed_over(read):
    assert read("student,time\ns01\n\n").of("s01", "tiny") is None


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path):
    with pytest.raises(CourseError, match="check the path"):
        read_times(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CourseError, match="no CSV in UTF-8"):
        read_times(tmp_path / "b.csv")
