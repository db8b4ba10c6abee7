"""Masking: the grammar of marks, what each refuses, and its laws over made-up references."""

import pytest
from hypothesis import given

from autograder.course.masking import fill, fill_gaps, mask
from autograder.errors import CourseError
from tests.autograder.course.references import LAW, Reference, references

HINT = "# hint: look above\n"

MLP = """\
class MLP(nn.Module):
    def __init__(self, n_state, config):        # n_state: the MLP's inner width, 4 * n_embd
        super().__init__()
        nx = config.n_embd
        # [MASK mlp/widen] Linear
        # hint: Which of this file's layers has a weight of shape (n_in, n_out)?
        self.c_fc = Linear(n_state, nx)
        # [MASK mlp/narrow] Linear
        # hint: The way back.
        # 提示：原路返回。
        self.c_proj = Linear(nx, n_state)
        # [MASK mlp/act] gelu_new
        # hint: It stands above.
        self.act = gelu_new
        self.dropout = nn.Dropout(config.resid_pdrop)
    def forward(self, x):
        # [MASK mlp/inner] self.c_fc(x)
        # hint: The first layer's output.
        h = self.act(self.c_fc(x))
        # [MASK mlp/outer] h
        # hint: What did the line above make?
        h2 = self.c_proj(h)
        return self.dropout(h2)
"""

MLP_TEMPLATE = """\
class MLP(nn.Module):
    def __init__(self, n_state, config):        # n_state: the MLP's inner width, 4 * n_embd
        super().__init__()
        nx = config.n_embd
        self.c_fc = [MASK](n_state, nx)
        self.c_proj = [MASK](nx, n_state)
        self.act = [MASK]
        self.dropout = nn.Dropout(config.resid_pdrop)
    def forward(self, x):
        h = self.act([MASK])
        h2 = self.c_proj([MASK])
        return self.dropout(h2)
"""


def test_the_mlp_of_the_course_comes_out_as_the_course_shows_it():
    masked = mask(MLP, "mlp.py")
    assert masked.template == MLP_TEMPLATE
    assert fill(masked) == MLP
    assert [gap.answer for gap in masked.gaps] == [
        *("Linear", "Linear", "gelu_new", "self.c_fc(x)", "h")
    ]


def test_a_gap_knows_its_place_and_its_hints():
    gap = mask(MLP, "mlp.py").gaps[1]
    assert (gap.number, gap.exercise, gap.name) == (2, "mlp", "narrow")
    assert (gap.scope, gap.line) == ("MLP.__init__", 6)
    assert gap.statement == "self.c_proj = [MASK](nx, n_state)"
    assert gap.hints == ("The way back.",)
    assert gap.hints_zh == ("原路返回。",)
    assert gap.released.before == "(n_state, nx)\n        self.c_proj = "


@pytest.mark.parametrize(
    ("source", "template"),
    [
        pytest.param("if a > b:\n    pass\n", "if [MASK]:\n    pass\n", id="a header"),
        pytest.param("x = a>b\n", "x = [MASK]\n", id="other white space"),
        pytest.param("x = (a\n  > b)\n", "x = ([MASK])\n", id="two lines"),
        pytest.param("def f(x=a > b): x\n", "def f(x=[MASK]): x\n", id="a default"),
        pytest.param("@d(a > b)\ndef f(): a > b\n", "@d([MASK])\ndef f(): a > b\n", id="decorator"),
        pytest.param("if x: y = a > b\n", "if x: y = [MASK]\n", id="a one-line body"),
        pytest.param("x = 1; y = a > b;\n", "x = 1; y = [MASK];\n", id="semicolons"),
        pytest.param("x = a > b", "x = [MASK]", id="no final newline"),
    ],
)
def test_an_expression_is_found_by_its_tokens_in_the_line_below(source, template):
    assert mask("# [MASK e/n] a > b\n" + HINT + source, "m.py").template == template


def test_a_return_annotation_can_be_masked():
    source = "# [MASK e/n] T[int]\n# hint: h\ndef f() -> T[int]:\n    pass\n"
    assert mask(source, "m.py").template == "def f() -> [MASK]:\n    pass\n"


def test_a_keyword_or_target_of_the_same_name_is_not_meant():
    source = "# [MASK e/n] x\n# hint: h\nx = self.x(x=x)\n"
    assert mask(source, "m.py").template == "x = self.x(x=[MASK])\n"


def test_an_elif_header_can_be_masked():
    source = "if a:\n    b\n# [MASK e/n] c\n# hint: h\nelif c:\n    d\n"
    gap = mask(source, "m.py").gaps[0]
    assert (gap.statement, gap.line) == ("elif [MASK]:", 3)


def test_a_whole_decorated_definition_is_one_gap_with_the_comments_inside_it():
    source = "# [MASK e/n]\n# hint: h\n@d\ndef f():\n    return 1  # one\n    # end\n# next\n"
    masked = mask(source, "m.py")
    assert masked.template == "[MASK]\n# next\n"
    assert masked.gaps[0].parts == ("@d\ndef f():\n    return 1  # one\n    # end", "return 1")


def test_a_mark_below_a_masked_definition_is_not_taken_for_a_comment_inside_it():
    source = "# [MASK e/n]\n# hint: h\ndef f():\n    x\n# [MASK e/o] y\n# hint: h\ny\n    \n"
    assert mask(source, "m.py").template == "[MASK]\n[MASK]\n    \n"


def test_a_block_becomes_one_line_and_may_hold_comments():
    source = (
        "def f():\n    # [MASK e/n] begin\n    # hint: h\n    # first\n    a = 1  # one\n\n"
        "    if a:\n        b = 2\n    # [MASK end]\n    return b\n"
    )
    masked = mask(source, "m.py")
    assert masked.template == "def f():\n    [MASK]\n    return b\n"
    assert masked.gaps[0].parts == ("a = 1", "if a:\n        b = 2", "b = 2")


def test_gaps_are_numbered_by_place_whatever_the_order_of_their_marks():
    source = "# [MASK e/two] c\n# hint: h\n# [MASK e/one] b\n# hint: h\na = b(c)\n"
    masked = mask(source, "m.py")
    assert masked.template == "a = [MASK]([MASK])\n"
    assert [(gap.number, gap.name) for gap in masked.gaps] == [(1, "one"), (2, "two")]
    assert {gap.statement for gap in masked.gaps} == {"a = [MASK]([MASK])"}


def test_a_byte_order_mark_stays_where_a_mark_stands_on_the_first_line():
    source = "\ufeff# [MASK e/n] x\r\n# hint: h\r\ny = x\r\n"
    assert mask(source, "m.py").template == "\ufeffy = [MASK]\r\n"


def test_a_block_may_end_in_a_long_rule():
    source = BEGIN + "x\n" + "#" * 5_000 + "\n" + END
    assert mask(source, "m.py").template == "[MASK]\n"


def test_a_template_masked_again_stays_as_it_is():
    masked = mask(MLP_TEMPLATE, "mlp.py")
    assert masked.template == MLP_TEMPLATE
    assert masked.gaps == ()


MARK = "# [MASK e/n] x\n" + HINT
OTHER = "# [MASK e/o] x\n" + HINT
BEGIN = "# [MASK e/n] begin\n" + HINT
WHOLE = "# [MASK e/n]\n" + HINT
END = "# [MASK end]\n"

REFUSED = {
    "a mark that matches nothing": (MARK + "y = z\n", 1, "matches no expression"),
    "a mark whose name is only assigned": (MARK + "x = z\n", 1, "matches no expression"),
    "a mark that means a part of an f-string": (MARK + "y = f'{x}'\n", 1, "matches no expression"),
    "a mark that means the body below": (MARK + "if y:\n    x\n", 1, "matches no expression"),
    "a mark that matches twice": (MARK + "y = x + x\n", 1, "matches 2 times"),
    "two marks on one expression": (MARK + OTHER + "y = x\n", 3, "overlaps e/n of line 1"),
    "a mark in a masked expression": (
        "# [MASK e/n] f(x)\n" + HINT + OTHER + "y = f(x)\n", 3, "overlaps e/n of line 1"),
    "a mark in a masked statement": (
        WHOLE + "if y:\n    # [MASK e/o] x\n    # hint: h\n    x\n", 4, "overlaps e/n of line 1"),
    "a mark in a block": (BEGIN + OTHER + "y = x\n" + END, 3, "overlaps the block e/n"),
    "a mark above a block": (OTHER + BEGIN + "y = x\n" + END, 3, "overlaps e/o of line 1"),
    "a mark in a string": ('y = """\n# [MASK e/n] x\n"""\n', 2, "inside a string"),
    "a mark in an f-string": ('y = f"""{x}\n# [MASK e/n] x\n"""\n', 2, "inside a string"),
    "a block that is not closed": ("y\n" + BEGIN + "x\n", 2, "not closed"),
    "an end without a beginning": ("x\n" + END, 2, "never began"),
    "a mark without a hint": ("y\n# [MASK e/n] x\nx\n", 2, "without a hint"),
    "a mark with a Chinese hint alone": ("# [MASK e/n] x\n# 提示: 看\nx\n", 1, "without a hint"),
    "an empty hint": ("# [MASK e/n] x\n# hint:\nx\n", 2, "an empty hint"),
    "a hint without a mark": ("x\n# hint: h\n", 2, "a hint without a mark"),
    "a mark without a name": ("# [MASK] x\n" + HINT + "x\n", 1, "malformed mark"),
    "a mark without an exercise": ("# [MASK n] x\n" + HINT + "x\n", 1, "malformed mark"),
    "a mark with no expression": ("# [MASK e/n] x =\n" + HINT + "x\n", 1, "is not an expression"),
    "a mark behind code": ("x  # [MASK e/n] x\n", 1, "a mark behind code"),
    "a mark at the end": ("x\n" + MARK, 2, "no statement begins on the line below"),
    "a mark above an empty line": (MARK + "\nx\n", 1, "no statement begins on the line below"),
    "a mark above a comment": (MARK + "# so\nx\n", 1, "no statement begins on the line below"),
    "a mark within a statement": (
        "y = f(\n# [MASK e/n] x\n# hint: h\nx)\n", 2, "no statement begins on the line below"),
    "a name used twice": (MARK + "x\n" + MARK + "y = x\n", 4, "e/n also marks line 1"),
    "a bare [MASK]": ("y = [MASK]\n" + MARK + "x\n", 1, "a bare [MASK]"),
    "the name MASK": (MARK + "x\ny = MASK\n", 4, "the name MASK"),
    "a reference that does not parse": ("x\ny = (\n", 2, "the reference does not parse"),
    "a reference with a null byte": ("x\0\n", 1, "the reference does not parse"),
    "a template that would not parse": (
        "# [MASK e/n] 'a'\n" + HINT + "y = 'a' 'b'\n", 1, "would not parse"),
    "a gap that would be a pattern": (
        "match y:\n    # [MASK e/n] 'a'\n    # hint: h\n    case 'a':\n        z\n",
        2, "read as something else"),
    "a gap that would be an index": (
        "# [MASK e/n] 'b'\n" + HINT + "y = 'a' 'b'\n", 1, "read as something else"),
    "a whole branch": (
        "if y:\n    z\n# [MASK e/n]\n# hint: h\nelse:\n    x\n", 3, "only a part of a statement"),
    "a definition without its decorator": (
        "@d\n" + WHOLE + "def f(): x\n", 2, "only a part of a statement"),
    "one of two statements on a line": (WHOLE + "x; y\n", 1, "several statements"),
    "an empty block": (BEGIN + END + "x\n", 1, "does not begin with a whole statement"),
    "a block that begins with a branch": (
        "if y:\n    z\n" + BEGIN + "else:\n    x\n" + END, 3, "does not begin with a whole"),
    "a block that leaves its body": (
        "if y:\n    # [MASK e/n] begin\n    # hint: h\n    x\nz\n" + END, 2, "leaves the body"),
    "a block over two branches": (
        "if y:\n    # [MASK e/n] begin\n    # hint: h\n    x\nelse:\n    z\n" + END,
        2, "leaves the body"),
    "a block that ends inside a statement": (
        BEGIN + "if y:\n    x\n    # [MASK end]\n    z\n", 1, "ends inside a statement"),
    "a block whose first comment is elsewhere": (
        BEGIN + "   # why\nx\n" + END, 1, "indented otherwise"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused_with_path_line_and_reason(what):
    source, line, reason = REFUSED[what]
    with pytest.raises(CourseError) as caught:
        mask(source, "solutions/m.py")
    message = str(caught.value)
    assert message.startswith(f"solutions/m.py:{line}: ")
    assert reason in message
    assert ". Do: " in message


@LAW
@given(references())
def test_mask_then_fill_gives_the_reference_back_byte_for_byte(reference: Reference):
    masked = mask(reference.source, "m.py")
    assert fill(masked).encode() == reference.source.encode()


@LAW
@given(references())
def test_only_gaps_and_mark_lines_change(reference: Reference):
    masked = mask(reference.source, "m.py")
    answers = [gap.answer for gap in masked.gaps]
    assert masked.template == reference.template
    assert answers == list(reference.answers)
    assert fill_gaps(masked.template, answers) == reference.without_marks


@LAW
@given(references())
def test_masking_again_changes_nothing(reference: Reference):
    masked = mask(reference.source, "m.py")
    assert mask(reference.source, "m.py") == masked
    assert mask(masked.template, "m.py").template == masked.template
