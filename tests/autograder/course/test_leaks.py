"""Answers that still stand in released text are found wherever a student might read them."""

import time

import pytest

from autograder.course.gaps import dump_gaps
from autograder.course.leaks import find_leaks
from autograder.course.masking import mask

REFERENCE = """\
def f(x):
    # [MASK mlp/inner] self.c_fc(x)
    # hint: The first layer's output.
    h = self.act(self.c_fc(x))
    # [MASK mlp/short] x
    # hint: Too short to be told from other text.
    y = g(x)
    # [MASK attention/split] begin
    # hint: Three of them.
    query, key, value = y.chunk(3, dim=-1)
    if y is not None:
        y = h == "two words"
    # [MASK end]
    # [MASK attention/merge]
    # hint: Back again.
    return y.transpose(1, 2).flatten(2)
"""
GAPS = mask(REFERENCE, "m.py").gaps


def leaks(text: str) -> list[str]:
    return [str(leak).removesuffix(" still stands here") for leak in find_leaks(GAPS, {"a": text})]


def test_a_leak_says_path_line_and_whose_answer_it_is():
    found = find_leaks(GAPS, {"gpt2/m.py": "\n\nh = self.c_fc(x)\n"})
    assert [str(leak) for leak in found] == [
        "gpt2/m.py:3: the answer to mlp/inner still stands here"
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("h = self.act(self.c_fc(x))", id="code"),
        pytest.param("# so call self.c_fc(x)", id="a comment"),
        pytest.param('"""So call self.c_fc(x)."""', id="a docstring"),
        pytest.param("先调用`self.c_fc(x)`。", id="a Chinese handout"),
        pytest.param("先调用self.c_fc(x)即可", id="Chinese text without spaces"),
        pytest.param("self . c_fc ( x )", id="other white space"),
        pytest.param("self.c_fc(\r\n    x)", id="two lines"),
        pytest.param("# self.c_fc\n# (x)", id="two lines of a comment"),
        pytest.param('{"text": "h\\nself.c_fc(\\n\\tx)"}', id="JSON"),
    ],
)
def test_an_expression_is_found_in_any_kind_of_text(text):
    assert leaks(text) == ["a:1: the answer to mlp/inner"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("query, key, value = y.chunk(3, dim=-1)", 1, id="the first"),
        pytest.param("z\ny = h == 'two\nwords'", 2, id="one in a body, quoted otherwise"),
        pytest.param("\rif y is not None:  y = h == 'two words'", 2, id="a compound one"),
    ],
)
def test_a_single_statement_of_a_block_is_found(text, line):
    assert leaks(text) == [f"a:{line}: the answer to attention/split"]


def test_a_whole_statement_is_found_each_time_it_stands():
    text = "return y.transpose(1, 2).flatten(2)\n" * 2
    assert leaks(text) == [
        "a:1: the answer to attention/merge",
        "a:2: the answer to attention/merge",
    ]


def test_a_part_of_an_answer_or_a_short_answer_is_no_leak():
    assert leaks("x; self.c_fc; my_self.c_fc(x); self.c_fc(x2); y.flatten(2)") == []


def test_neither_the_template_nor_its_gaps_leak():
    masked = mask(REFERENCE, "m.py")
    shown = dump_gaps(tuple(gap.released for gap in masked.gaps))
    assert find_leaks(masked.gaps, {"m.py": masked.template, "gaps.json": shown}) == ()


def test_an_answer_in_the_gaps_file_is_a_leak():
    source = REFERENCE.replace("# hint: Back again.", '# hint: Isn\'t it "self.c_fc(x)"?')
    masked = mask(source, "m.py")
    shown = dump_gaps(tuple(gap.released for gap in masked.gaps))
    assert [leak.name for leak in find_leaks(masked.gaps, {"gaps.json": shown})] == ["inner"]


def test_fifty_files_take_well_under_a_second():
    files = {f"{number}.py": "x = self.c_fc(y) + 'word' # so\n" * 300 for number in range(50)}
    start = time.perf_counter()
    assert find_leaks(GAPS * 10, files) == ()
    assert time.perf_counter() - start < 1.0
