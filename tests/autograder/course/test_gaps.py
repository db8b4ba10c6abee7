"""Unfilled gaps are found in a student's syntax tree and keep the template's numbers."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.gaps import MOST_PAIRS, GapInfo, dump_gaps, load_gaps, unfilled
from autograder.course.masking import Masked, fill_gaps, mask
from tests.autograder.course.references import LAW, Reference, references

REFERENCE = """\
class Block(nn.Module):
    # [MASK block/init] begin
    # hint: Four parts.
    # 提示：四个部分。
    def __init__(self, config):
        self.attn = Attention(config)
    # [MASK end]

    def forward(self, x):
        # [MASK block/attend] self.attn
        # hint: Attention first.
        # [MASK block/norm-1] self.ln_1(x)
        # hint: What is normalised?
        a = self.attn(self.ln_1(x))
        # [MASK block/residual-1] x + a
        # hint: A residual stream.
        x = x + a
        m = self.mlp(self.ln_2(x))
        # [MASK block/residual-2] x + m
        # hint: Once more.
        x = x + m
        return x
"""


def info(reference: str = REFERENCE) -> tuple[GapInfo, ...]:
    return tuple(gap.released for gap in mask(reference, "m.py").gaps)


def found(source: str) -> list[tuple[int | None, int]]:
    return [(gap.number, gap.line) for gap in unfilled(source, info())]


def template() -> str:
    return mask(REFERENCE, "m.py").template


def test_all_gaps_of_the_template_are_unfilled():
    assert found(template()) == [(1, 2), (2, 5), (3, 5), (4, 6), (5, 8)]


def test_an_unfilled_gap_says_its_number_name_and_line():
    gap = unfilled(template(), info())[4]
    assert str(gap) == "gap 5, block residual-2, line 8 is not filled yet"
    assert gap.hints == ("Once more.",)
    assert unfilled(template(), info())[0].hints_zh == ("四个部分。",)


def test_of_two_equal_lines_the_one_still_open_keeps_its_number():
    assert found(template().replace("x = [MASK]", "x = x + a", 1))[-1] == (5, 8)


def test_of_two_gaps_in_a_line_the_one_still_open_keeps_its_number():
    source = template().replace("[MASK]([MASK])", "self.attn(f(a, [MASK], b))")
    assert found(source) == [(1, 2), (3, 5), (4, 6), (5, 8)]


def test_lines_added_and_other_white_space_shift_no_number():
    source = template().replace("        x = [MASK]", "\n        print(x)\n        x=[ MASK ]")
    assert found(source) == [(1, 2), (2, 5), (3, 5), (4, 8), (5, 12)]


def test_methods_in_another_order_keep_their_numbers():
    helper = "    def before(self):\n        x = 1\n\n    def forward"
    assert found(template().replace("    def forward", helper))[1:] == [
        *((2, 8), (3, 8), (4, 9), (5, 11))
    ]


def test_the_name_alone_counts_in_a_gap_and_elsewhere():
    source = template().replace("x = [MASK]", "x = MASK") + "y = MASK\n"
    assert found(source)[-3:] == [(4, 6), (5, 8), (None, 10)]
    assert str(unfilled(source, info())[-1]) == "the MASK in line 10 is not filled yet"


def test_a_gap_that_fits_no_line_of_the_template_has_no_number():
    assert unfilled("def other():\n    return [MASK]\n", info()) == unfilled(
        "def other():\n    return [MASK]\n", ()
    )
    assert found("def other():\n    return [MASK]\n") == [(None, 2)]


def test_a_mask_in_a_comment_or_string_is_none():
    assert found('x = "[MASK]"  # [MASK]\n') == []


def test_two_open_gaps_side_by_side_are_told_apart_by_what_stands_around_them():
    marks = "".join(f"# [MASK e/n-{n}]\n# hint: h\nx{n} = {n}\n" for n in range(3))
    gaps = info(f"a\n{marks}b\n")
    open_ones = unfilled("a\nx = 0\ny = 0\n[MASK]\nx = 2\nb\n", gaps)
    assert [gap.number for gap in open_ones] == [2]


def test_a_filled_block_leaves_the_others_their_numbers():
    source = template().replace("    [MASK]\n", "    def __init__(self, c):\n        pass\n", 1)
    assert found(source) == [(2, 6), (3, 6), (4, 7), (5, 9)]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("x = (\n", id="syntax error"),
        pytest.param("x = 1\0", id="null byte"),
        pytest.param("-" * 100_000 + "x", id="deep operators"),
        pytest.param("(" * 100_000, id="deep parentheses"),
        pytest.param("x" + ".x" * 100_000, id="a long chain"),
        pytest.param("if x: pass\n" + "elif x: pass\n" * 20_000, id="many branches"),
        pytest.param("\ud800", id="half a character"),
    ],
)
def test_a_file_that_does_not_parse_has_no_gaps(source):
    assert unfilled(source, info()) == ()


def test_a_very_long_function_is_read_without_numbers_rather_than_slowly():
    source = template() + "        x = [MASK]\n" * (MOST_PAIRS // 5)
    assert found(source)[:3] == [(1, 2), (None, 5), (None, 5)]


def test_a_byte_order_mark_and_crlf_are_read_as_python_reads_them():
    assert found("\ufeff" + template().replace("\n", "\r\n")) == found(template())


def test_gaps_are_written_as_stable_text_without_answers():
    text = dump_gaps(info())
    assert load_gaps(text) == info()
    assert dump_gaps(load_gaps(text)) == text
    assert "self.ln_1(x)" not in text
    assert "四个部分。" in text
    assert text.startswith('[\n  {\n    "number": 1,\n')


def test_a_file_of_something_else_is_not_taken_for_gaps():
    with pytest.raises(msgspec.DecodeError):
        load_gaps('[{"number": "one"}]')


@LAW
@given(references())
def test_every_gap_of_a_template_is_found_in_order(reference: Reference):
    masked = mask(reference.source, "m.py")
    still_open = unfilled(masked.template, released(masked))
    assert [gap.number for gap in still_open] == [gap.number for gap in masked.gaps]
    assert [gap.line for gap in still_open] == [gap.line for gap in masked.gaps]


@LAW
@given(references(), st.randoms(use_true_random=False))
def test_with_any_of_them_filled_the_rest_keep_their_numbers(reference: Reference, random):
    masked = mask(reference.source, "m.py")
    left = {gap.number for gap in masked.gaps if random.random() < 0.5}
    answers = ["answer()" if gap.parts else gap.answer for gap in masked.gaps]
    filled = [
        "[MASK]" if gap.number in left else answer
        for gap, answer in zip(masked.gaps, answers, strict=True)
    ]
    source = fill_gaps(masked.template, filled)
    assert [gap.number for gap in unfilled(source, released(masked))] == sorted(left)


def released(masked: Masked) -> tuple[GapInfo, ...]:
    return tuple(gap.released for gap in masked.gaps)
