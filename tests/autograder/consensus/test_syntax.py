"""Equal answers are one form, what does not stand by itself has none, and nobody is named."""

from __future__ import annotations

import pytest

from autograder.consensus.assemble import assembled
from autograder.consensus.fills import tally
from autograder.consensus.groups import Group, Vote
from autograder.consensus.places import places_of
from autograder.consensus.syntax import put_in
from autograder.course.assignment import Exercise, Text
from autograder.course.masking import mask
from autograder.intake.submission import Submission

REFERENCE = '''"""Two functions."""

import torch
from torch import nn


def mix(x, heads):
    # [MASK mix/split]
    # hint: Cut, then exchange.
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def weigh(x):
    # [MASK weigh/softmax] x.softmax(dim=-1)
    # hint: They sum to 1.
    weights = x.softmax(dim=-1)
    return weights * len("the weights")
'''
PLACES = places_of({"a.py": mask(REFERENCE, "a.py")})
MIX, WEIGH = PLACES


def _tally(*texts):
    files = (Submission(f"s{number}", "t", {"a.py": text.encode()})
             for number, text in enumerate(texts))  # fmt: skip
    tallies, _ = tally(PLACES, files)
    return {one.place.gap.exercise: one for one in tallies}


def _file(mix="pass", weigh="x", top="", before="x = x"):
    body = "\n".join(f"    {line}" for line in mix.splitlines())
    return (f"import torch\nfrom torch import nn\n{top}\n\ndef mix(x, heads):\n{body}\n\n"
            f"def weigh(x):\n    {before}\n    weights = {weigh}\n"
            '    return weights * len("weights")\n')  # fmt: skip


def _mix(mix, **more):
    return _tally(_file(mix, **more))["mix"]


def _weigh(weigh, **more):
    return _tally(_file(weigh=weigh, **more))["weigh"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("b, t, n = x.shape\nreturn x.view(b, t, 2)", "r, s, q = x.shape\nreturn (x.view(r,s,2))"),
        ("'''Splits.'''\ny: int = 0x10  # sixteen\nreturn y", "z = 16\n\nreturn z"),
        ("f = lambda a: a + 1.0\nreturn f(x)", "g = lambda q: q + 1.\nreturn g(x)"),
        ("def own(a: int) -> int:\n    return a\nreturn own(x)", "def f(b): return b\nreturn f(x)"),
        ("try:\n    return x\nexcept ValueError as odd:\n    raise odd",
         "try: return x\nexcept ValueError as e: raise e"),
        ("import math as m\nreturn m.pi", "import math as n\nreturn n.pi"),
    ],
)  # fmt: skip
def test_layout_comments_annotations_and_names_of_its_own_make_no_difference(one, other):
    found = _tally(_file(one), _file(other))["mix"]
    assert [*found.codes.values()] == [2], found.codes


@pytest.mark.parametrize(("one", "other"), [("x.sum(0)", "x.sum(1)"), ("x * 2", "x * 2.0"),
                                            ("x", "[x]")])  # fmt: skip
def test_what_may_behave_otherwise_is_another_form(one, other):
    assert len(_tally(_file(weigh=one), _file(weigh=other))["weigh"].codes) == 2


@pytest.mark.parametrize(
    ("top", "used", "statement"),
    [
        ("import torch.nn.functional as F", "F", "import torch.nn.functional"),
        ("from torch.nn import functional as whoami", "whoami", "import torch.nn"),
    ],
)
def test_an_import_of_the_students_own_goes_along_by_its_full_name(top, used, statement):
    found = _weigh(f"{used}.softmax(x, -1)", top=top)
    (code,) = found.codes
    assert code.shown == "torch.nn.functional.softmax(x, -1)"
    program = put_in(WEIGH, code)
    assert f"{statement}\nimport torch\n" in program
    assert "whoami" not in program


def test_an_answer_that_uses_other_lines_of_the_students_own_is_counted_apart():
    helper = "def own(x):\n    return x\n"
    for found in (
        _weigh("own(x)", top=helper),
        _weigh("y.softmax(-1)", before="y = x * 1"),
        _weigh("x.own", top="class Own:\n    own = 1\n"),
        _mix("class Own: pass\nreturn x"),
        _mix("return eval('x')"),
        _mix(f"return {' + '.join(['x'] * 1000)}"),
        _weigh("softmax(x)", top="from torch import *"),
    ):
        assert (found.apart, found.filled, found.lost) == (1, 0, 0)


def test_a_name_that_nobody_binds_is_the_answers_own_mistake():
    (code,) = _weigh("softmaxx(x)").codes
    assert code.shown == "undefined1(x)"


def test_gaps_left_open_files_that_do_not_parse_and_lost_places_are_told_apart():
    found = _tally(_file("[MASK]", "[MASK]"), "def (", "", _file(weigh="1")[:40], "\0", "(" * 9999)
    assert [(one.open, one.lost, one.filled, one.apart) for one in found.values()] == [
        (1, 5, 0, 0),
        (1, 5, 0, 0),
    ]


def test_an_expression_holds_together_wherever_it_is_put():
    (code,) = _weigh("x + 1 if heads else x").codes
    assert "weights = (x + 1 if undefined1 else x)\n" in put_in(WEIGH, code)
    (code,) = _weigh("x[:, 1:]").codes
    assert "weights = x[:, 1:]\n" in put_in(WEIGH, code)


def test_statements_are_put_in_at_the_indent_of_the_gap():
    (code,) = _mix("if heads:\n    return x\nreturn None").codes
    assert "\n    if heads:\n        return x\n    return None\n" in put_in(MIX, code)


def test_nothing_shows_who_wrote_an_answer():
    text = """'''whoami'''
whoami_x = x  # whoami
def whoami(a_whoami: 'whoami' = 1):
    'whoami'
    return a_whoami
assert whoami(whoami_x), 'whoami'
return [whoami for whoami in f'{x} whoami'] or 'the weights: ' or '-inf' or '...i,io->...o'
"""
    (code,) = _mix(text).codes
    assert "whoami" not in code.nameless.shown
    assert "'the weights: ' or '-inf' or '...i,io->...o'" in code.nameless.shown
    assert code.shown.count("whoami") == 2  # what is run keeps its texts in quotes


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("x.sum(0, whoami=1)", "x.sum(0, hidden1=1)"),
        ("torch.whoami_was_here(x).whoami", "torch.hidden1(x).hidden2"),
        ("whoami.tools.mix(x)", "hidden1.hidden2.mix(x)"),
        ("x.dot(whoami=whoami.whoami)", "x.dot(hidden1=hidden1.hidden1)"),
        ("x == 'whoami' or x == 'me' or x == '20230017'", "x == '…' or x == 'me' or x == '…1'"),
    ],
)
def test_names_that_no_library_has_are_hidden_where_one_student_alone_wrote_them(answer, shown):
    (code,) = _weigh(answer, top="import whoami.tools").codes
    assert code.nameless.shown == shown
    assert "whoami" not in put_in(WEIGH, code.nameless)


@pytest.mark.parametrize(
    "answer",
    [
        "torch.softmax(x, dim=-1, dtype=torch.float32)",
        "torch.nn.functional.softmax(input=x, dim=-1).masked_fill_(x.isnan(), 0)",
        "torch.nn.LayerNorm(4, elementwise_affine=False)(x).var(-1, unbiased=False, keepdim=True)",
        "x.to('cuda', non_blocking=True).split(2)[0].tolist().append(float('inf'))",
        "torch.nn.functional.cross_entropy(x, x, reduction='none', ignore_index=-100)",
    ],
)
def test_names_of_the_libraries_are_no_secret(answer):
    (code,) = _weigh(answer).codes
    assert code.nameless is code


def test_the_classs_program_hides_them_as_well_and_is_a_program():
    found = _tally(
        _file("import whoami as w\nreturn w.mix(x, whoami=1)", "whoami.here(x)", "import whoami")
    )
    points = Exercise(id="a", points=1, title=Text(en="a", zh="a"), tests=())
    votes = [
        Vote(one, points, (Group(tuple(one.codes.items()), 0.0, is_right=False),))
        for one in found.values()
    ]
    program = assembled({"a.py": mask(REFERENCE, "a.py")}, votes)["a.py"]
    compile(program, "a.py", "exec")
    assert "whoami" not in program
    assert "    weights = hidden1.hidden2(x)\n" in program
    assert "\nimport hidden1\n" in program
