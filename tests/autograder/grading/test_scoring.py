"""Outcomes to marks: the denominator is the file's, and hidden tests keep their secrets."""

from __future__ import annotations

import msgspec
import pytest

from autograder.course.assignment import Text, load_assignment
from autograder.course.gaps import Unfilled
from autograder.grading.compare import Difference
from autograder.grading.options import Options
from autograder.grading.outcome import Outcome
from autograder.grading.record import Bar, Bars, Bonus, Entries, Part
from autograder.grading.scoring import score
from autograder.grading.wording import tells_of_a_gap
from autograder.sandbox.outcome import Frame, StudentFailure

ADDS = "test_tiny.py::test_adds_along_the_last_axis"
SCALES = "test_tiny.py::test_multiplies_by_the_factor"
HIDDEN = "hidden/test_tiny.py::test_works_for_one_row"

WRONG = Difference("total", "values", "1", "2", where=(0,), largest=1.0, atol=1e-6, share=0.5)


@pytest.fixture
def assignment(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


def _row(assignment, test_id, status, cause, unfilled=None, **options):
    result = score(assignment, [Outcome(test_id, status, cause, 0.0)], unfilled or {},
                   Options(**options))  # fmt: skip
    return result.tests[0]


def test_points_are_the_files_and_add_up(assignment):
    outcomes = [
        Outcome(ADDS, "passed", None, 0.1234567),
        Outcome(SCALES, "failed", WRONG, 0.0),
        Outcome(HIDDEN, "passed", None, 0.0),
    ]
    result = score(assignment, outcomes, {}, Options())
    assert result.total == 7
    assert [(one.id, one.score, one.max_score) for one in result.exercises] == [
        ("sum", 4, 4), ("scale", 3, 6),
    ]  # fmt: skip
    assert [one.status for one in result.tests] == ["passed", "failed", "passed"]
    assert result.tests[0].duration_s == 0.123


def test_what_was_not_run_counts_in_the_denominator(assignment):
    result = score(assignment, [], {}, Options())
    assert result.total == 0
    assert [one.max_score for one in result.exercises] == [4, 6]


def test_a_public_failure_says_what_differs_and_a_hint(assignment):
    row = _row(assignment, ADDS, "failed", WRONG)
    assert "largest difference 1 at [0] (yours 1, expected 2), tolerance 1e-06" in row.message
    assert row.hint == "which axis?"


def test_a_hidden_failure_shows_title_and_hint_only(assignment):
    row = _row(assignment, HIDDEN, "failed", WRONG)
    assert (row.message, row.title, row.hint) == (
        "", "works for one row", "no special case for one row",
    )  # fmt: skip


def test_a_students_own_words_never_come_out_of_a_hidden_test(assignment):
    smuggled = StudentFailure("error", "RuntimeError: the inputs were [1, 2, 3]")
    assert _row(assignment, HIDDEN, "error", smuggled).message == ""


def test_the_instructor_may_see_what_a_hidden_test_saw(assignment):
    assert "expected 2" in _row(assignment, HIDDEN, "failed", WRONG, reveal=True).message


@pytest.mark.parametrize("kind", ["crashed", "limit"])
def test_an_exit_code_that_a_student_chose_never_comes_out_either(assignment, kind):
    smuggled = StudentFailure(kind, "the process left with exit code 42")
    assert _row(assignment, HIDDEN, kind, smuggled).message == ""


def test_a_hidden_timeout_is_said_since_its_words_are_ours(assignment):
    failure = StudentFailure("timeout", "the call took longer than 3 s")
    assert "longer than 3 s" in _row(assignment, HIDDEN, "timeout", failure).message


def test_an_open_gap_is_named_by_line_also_in_a_hidden_test(assignment):
    failure = StudentFailure("error", "NameError: name 'MASK' is not defined",
                             (Frame("tiny.py", 9, "scaled_sum"),))  # fmt: skip
    gaps = {"tiny.py": [Unfilled(2, "scale", "product", 9)]}
    for test in (SCALES, HIDDEN):
        row = _row(assignment, test, "error", failure, gaps)
        assert row.message == "gap 2, scale product, line 9 is not filled yet"
    row = _row(assignment, HIDDEN, "error", failure, gaps, language="zh")
    assert row.message == "第 2 个空（scale product，第 9 行）还没有填"


def test_the_place_that_code_claims_is_not_told_of_a_hidden_test(assignment):
    claimed = StudentFailure("error", "NameError: name 'MASK' is not defined",
                             (Frame("tiny.py", 727, "scaled_sum"),))  # fmt: skip
    gaps = {"tiny.py": [Unfilled(1, "sum", "total", 7), Unfilled(2, "scale", "product", 9),
                        Unfilled(None, None, None, 727)]}  # fmt: skip
    row = _row(assignment, HIDDEN, "error", claimed, gaps)
    assert row.message == "gap 2, scale product, line 9 is not filled yet"
    assert (
        _row(assignment, HIDDEN, "error", claimed, {"tiny.py": gaps["tiny.py"][2:]}).message == ""
    )


def test_gaps_are_looked_for_where_a_test_or_a_part_of_one_came_upon_an_open_one():
    met = StudentFailure("error", "NameError: name 'MASK' is not defined")
    entries = Entries(parts=(_part(1, "failed", WRONG), _part(1, "error", met)))
    told = [
        [tells_of_a_gap(cause) for cause in Outcome(ADDS, "failed", *rest).causes]
        for rest in ((WRONG, 0.0), (met, 0.0), (None, 0.0, entries))
    ]
    assert told == [[False], [True], [False, False, True]]


def test_a_hidden_tests_time_is_not_told(assignment):
    slow = score(assignment, [Outcome(HIDDEN, "passed", None, 1.234)], {}, Options())
    assert slow.tests[0].duration_s == 0


def test_texts_follow_the_language(assignment):
    row = _row(assignment, ADDS, "failed", WRONG, language="zh")
    assert row.title == "沿最后一轴求和"
    assert row.hint == "哪个轴？"
    assert "最大误差 1" in row.message


def test_an_error_names_the_students_line(assignment):
    failure = StudentFailure("error", "ValueError: no", (Frame("tiny.py", 3, "scaled_sum"),))
    message = _row(assignment, ADDS, "error", failure).message
    assert message == "ValueError: no (tiny.py, line 3, in scaled_sum)"


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (Difference("x", "type", "list", "Tensor"), "x: is a list, expected a tensor."),
        (Difference("x", "dtype", "int64", "float32"), "x: has dtype int64, expected float32."),
        (Difference("loss", "values", "3", "2.5", largest=0.5, atol=1e-4),
         "loss: differs by 0.5 (yours 3, expected 2.5), tolerance 0.0001."),
        (Difference("x", "shape", "(2,)", "(3,)"), "x: has shape (2,), expected (3,)."),
        (Difference("x", "finite", "nan", "0", where=(1,), share=0.001),
         "x: is nan at [1], expected 0; < 1 % of the values are not finite."),
    ],
)  # fmt: skip
def test_each_kind_of_difference_has_its_sentence(assignment, difference, text):
    assert _row(assignment, ADDS, "failed", difference).message == text


def _part(share, status="passed", cause=None):
    title = Text(en="similarity", zh="相似度")
    return Part(share, title, status, cause, float(status == "passed"))


PICTURE = Bars(Text(en="cosine", zh="余弦"), (Bar("鬼魂", 0.53333, right=True), Bar("人类", 0.2)))


def test_a_part_earns_its_share_and_a_lost_one_says_why(assignment):
    entries = Entries(parts=(_part(3), _part(1, "failed", WRONG)))
    outcome = Outcome(ADDS, "partial", None, 0.0, entries)
    (row,) = score(assignment, [outcome], {}, Options()).tests
    assert (row.status, row.score, row.hint) == ("partial", 3, "which axis?")
    assert row.message.startswith("similarity: total")
    assert "tolerance 1e-06" in row.message


def test_of_a_hidden_test_only_the_name_of_a_lost_part_is_told(assignment):
    note = Text(en="the inputs were 1, 2, 3", zh="")
    entries = Entries((_part(1), _part(1, "failed", WRONG)), (note,), (PICTURE,))
    outcome = Outcome(HIDDEN, "partial", None, 0.0, entries)
    (row,) = score(assignment, [outcome], {}, Options()).tests
    assert (row.score, row.message, row.notes, row.pictures) == (1.5, "similarity", (), ())
    (row,) = score(assignment, [outcome], {}, Options(reveal=True)).tests
    assert row.notes == ("the inputs were 1, 2, 3",)


def test_a_picture_and_a_note_come_with_a_test_that_passes(assignment):
    entries = Entries(notes=(Text(en="both count", zh="都算"),), pictures=(PICTURE,))
    outcome = Outcome(ADDS, "passed", None, 0.0, entries)
    (row,) = score(assignment, [outcome], {}, Options(language="zh")).tests
    assert (row.notes, row.pictures[0].title) == (("都算",), "余弦")
    assert [(bar.label, bar.value, bar.right) for bar in row.pictures[0].bars] == [
        ("鬼魂", 0.533, True), ("人类", 0.2, False),
    ]  # fmt: skip


def test_a_bonus_is_an_adjustment_and_ends_at_the_maximum(assignment):
    assignment = msgspec.structs.replace(assignment, max_bonus=3.0)
    bonus = Bonus(2.0, Text(en="an equation of one's own", zh="自己的等式"))
    outcome = Outcome(ADDS, "passed", None, 0.0, Entries(bonuses=(bonus, bonus, bonus)))
    result = score(assignment, [outcome], {}, Options())
    assert [(one.kind, one.points) for one in result.adjustments] == [("bonus", 2), ("bonus", 1)]
    assert (result.total, result.final) == (4, 7)
    nothing = score(msgspec.structs.replace(assignment, max_bonus=0.0), [outcome], {}, Options())
    assert nothing.adjustments == ()


def test_a_test_that_earned_nothing_gives_no_bonus_and_a_hidden_one_tells_no_reason(assignment):
    assignment = msgspec.structs.replace(assignment, max_bonus=3.0)
    entries = Entries(bonuses=(Bonus(1.0, Text(en="the input was 7", zh="输入是 7")),))
    lost = Outcome(ADDS, "failed", "no", 0.0, entries)
    assert score(assignment, [lost], {}, Options()).adjustments == ()
    hidden = Outcome(HIDDEN, "passed", None, 0.0, entries)
    (bonus,) = score(assignment, [hidden], {}, Options()).adjustments
    assert bonus.reason == "works for one row"
