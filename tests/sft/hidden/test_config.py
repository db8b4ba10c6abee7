"""Exercise `config`, hidden part: the adapter's values as it learns, and a base in bfloat16."""

import torch

from autograder.grading.compare import assert_close
from tests.sft import said
from tests.sft.low_rank import descent
from tests.sft.test_config import adapted, check_none


def test_both_matrices_learn_after_the_first_step(student, draw):
    case = descent(draw.seed("descent"))
    out = student.call("learnt", **case.arguments)
    # as in the public test, after one step more
    for name, expected in case.outputs.items():
        assert_close(out[name], expected, name=name, atol=2e-3, rtol=2e-3)


def test_what_is_not_quantised_is_made_float32(student, draw):
    out = adapted(student, draw.seed("base"), torch.bfloat16)
    check_none(set(said.texts(out["narrow"], "names")), "is not in float32", "不是 float32")
