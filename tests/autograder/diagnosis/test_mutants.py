"""What slips a reference is given, and that each is one, in its place."""

import ast
import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.diagnosis.mutants import Mutant, mutants

SOURCE = '''\
"""A text."""
import math
import torch


def free(x):
    return x + 1


class Head:
    def __init__(self, width):
        """Another text."""
        self.query = torch.ones(width)
        self.key = torch.zeros(width)

    def scores(self, x, mask=None):  # 注意力 scores
        d = x.size(-1)
        total = (x @ self.query) / math.sqrt(d)
        if mask is not None and total.ndim == 2:
            total += mask[:, 1:]
        return total.softmax(dim=-1)
'''


def slips(scope: str) -> set[str]:
    """The names of the mutants, without the function's."""
    return {one.name.removeprefix(f"{scope}: ") for one in mutants(SOURCE, {scope})}


@pytest.mark.parametrize(
    "slip",
    [
        "x @ self.query / math.sqrt(d) → x * self.query / math.sqrt(d)",
        "x @ self.query / math.sqrt(d) → x @ self.query * math.sqrt(d)",
        "x @ self.query / math.sqrt(d) → x @ self.key / math.sqrt(d)",
        "x @ self.query / math.sqrt(d) → mask @ self.query / math.sqrt(d)",
        "x.size(-1) → x.size(1)",
        "x.size(-1) → x.size(-2)",
        "x.size(-1) → x",
        "mask is not None and total.ndim == 2 → mask is not None or total.ndim == 2",
        "mask is not None and total.ndim == 2 → mask is None and total.ndim == 2",
        "mask is not None and total.ndim == 2 → mask is not None and total.ndim != 2",
        "mask is not None and total.ndim == 2 → mask is not None and total.ndim == 3",
        "mask[:, 1:] → mask[:, :]",
        "total += mask[:, 1:] → total -= mask[:, 1:]",
        "total += mask[:, 1:] → dropped",
        "total.softmax(dim=-1) → total.softmax()",
        "total.softmax(dim=-1) → total",
    ],
)
def test_operators_constants_names_and_statements_each_slip_once(slip: str) -> None:
    assert slip in slips("Head.scores")


def test_texts_signatures_and_other_functions_are_left_alone() -> None:
    changed = list(mutants(SOURCE, {"Head.scores"}))
    assert changed
    for one in changed:
        tree = ast.parse(one.source)
        head = next(node for node in tree.body if isinstance(node, ast.ClassDef))
        assert one.source.startswith(SOURCE.partition("    def scores")[0])
        assert ast.unparse(head.body[1]).startswith("def scores(self, x, mask=None):")
    assert not list(mutants(SOURCE, set()))


def test_a_slip_changes_its_own_lines_alone_and_names_the_first() -> None:
    before = SOURCE.splitlines()
    for one in mutants(SOURCE, {"Head.scores", "Head.__init__", "free"}):
        diff = difflib.SequenceMatcher(None, before, one.source.splitlines(), autojunk=False)
        [(_, start, stop, _, _)] = [code for code in diff.get_opcodes() if code[0] != "equal"]
        assert (start, stop) == (one.line - 1, one.line)


def test_an_own_function_may_be_taken_for_no_module() -> None:
    assert not any(slip.endswith("→ torch") for slip in slips("Head.__init__"))


OPERANDS = st.recursive(
    st.sampled_from(["a", "b", "1", "0.5", "-1", "True", "a[1:]", "a.sum(dim=-1)"]),
    lambda inner: st.builds(
        "({} {} {})".format,
        inner,
        st.sampled_from(["+", "-", "*", "/", "@", "**", "and", "<"]),
        inner,
    ),
    max_leaves=5,
)


@given(OPERANDS)
def test_every_mutant_is_another_program_and_no_two_have_a_name(expression: str) -> None:
    source = f"def f(a, b):\n    return {expression}\n"
    found: list[Mutant] = list(mutants(source, {"f"}))
    assert len({one.name for one in found}) == len(found)
    for one in found:
        assert ast.dump(ast.parse(one.source)) != ast.dump(ast.parse(source))
