"""Partial credit: what is wrong in a part costs that part, and what is ours is never a mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.assignment import Text
from autograder.grading.compare import Wrong
from autograder.grading.outcome import outcome
from autograder.grading.record import Bar, Record
from autograder.sandbox.outcome import StudentFailure


def _ended(record):
    return outcome("test_x.py::test_x", "passed", None, 0.0, record.take())


def _part(record, share, error=None):
    with record.part(share, en="a part", zh="一部分"):
        if error:
            raise error


def test_a_wrong_part_leaves_the_others_their_share():
    record = Record()
    _part(record, 3)
    _part(record, 1, Wrong("no answer", "没有答案"))
    ended = _ended(record)
    assert (ended.status, ended.earned) == ("partial", 0.75)
    assert ended.entries.parts[1].cause.zh == "没有答案"


@pytest.mark.parametrize(
    ("error", "status"),
    [(AssertionError("no"), "failed"), (StudentFailure("timeout", ""), "timeout")],
)
def test_a_test_that_lost_all_its_parts_has_the_status_of_the_first(error, status):
    record = Record()
    _part(record, 1, error)
    _part(record, 1, AssertionError("no"))
    ended = _ended(record)
    assert (ended.status, ended.earned) == (status, 0.0)


@pytest.mark.parametrize(
    ("kind", "is_fleeting"),
    [("timeout", True), ("crashed", True), ("limit", True), ("error", False)],
)
def test_what_a_moment_may_have_caused_in_a_part_may_come_out_otherwise(kind, is_fleeting):
    record = Record()
    _part(record, 1)
    _part(record, 1, StudentFailure(kind, ""))
    ended = _ended(record)
    assert (ended.status, ended.is_fleeting) == ("partial", is_fleeting)


@pytest.mark.parametrize("error", [ValueError("our bug"), KeyboardInterrupt()])
def test_what_is_not_the_students_leaves_a_part_as_it_is(error):
    record = Record()
    with pytest.raises(type(error)):
        _part(record, 1, error)


def test_a_failure_outside_the_parts_costs_the_whole_test():
    record = Record()
    _part(record, 1)
    ended = outcome("test_x.py::test_x", "failed", "no", 0.0, record.take())
    assert ended.earned == 0.0


@given(st.lists(st.tuples(st.floats(0.1, 9), st.booleans()), min_size=1))
def test_the_parts_earned_are_a_share_of_all(parts):
    record = Record()
    for share, good in parts:
        _part(record, share, None if good else AssertionError("no"))
    ended = _ended(record)
    assert 0 <= ended.earned <= 1
    assert (ended.status == "passed") == all(good for _, good in parts)
    assert (ended.earned == 0) == (not any(good for _, good in parts))


@given(st.floats(-2, 2))
def test_a_quantity_earns_its_proportion_cut_to_the_whole(earned):
    record = Record()
    _part(record, 1)
    record.quantity(3, earned, en="loss", zh="损失", why=Text(en="half way", zh="一半"))
    ended = _ended(record)
    assert ended.earned == pytest.approx((1 + 3 * min(1, max(0, earned))) / 4)
    assert (ended.status == "passed") == (earned >= 1)


def test_a_quantity_that_is_no_number_is_the_courses_mistake():
    with pytest.raises(ValueError, match="finite"):
        Record().quantity(1, float("nan"), en="loss", zh="损失", why=Text(en="", zh=""))


def test_each_test_begins_with_an_empty_record():
    record = Record()
    record.note(en="seen", zh="看到")
    assert record.take().notes
    assert record.take() == Record().take()


def test_what_a_student_wrote_is_shown_in_one_short_printable_line():
    record = Record()
    record.note(en="\x1b[2J" + "长" * 1000, zh="a\nb")
    record.bars([Bar("x" * 1000, 0.5)], en="cosine", zh="余弦")
    entries = record.take()
    assert entries.notes[0].en.startswith("\ufffd[2J长")
    assert len(entries.notes[0].en) == 300
    assert entries.notes[0].zh == "a\ufffdb"
    assert len(entries.pictures[0].bars[0].label) == 40


def test_a_bar_without_a_number_is_the_courses_mistake():
    with pytest.raises(ValueError, match="finite"):
        Record().bars([Bar("x", float("nan"))], en="cosine", zh="余弦")
