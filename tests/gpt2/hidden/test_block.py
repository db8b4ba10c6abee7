"""Exercise `block`, hidden part: epsilon, training mode, other shapes and precisions."""

import dataclasses

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close
from tests.gpt2.huggingface import CONFIGS, block_case
from tests.gpt2.laws import few_examples

EXACT = 1e-10  # float64 rounding of values of size a hundred, with some room
CLOSE = 2e-2  # another epsilon moves them by 1e-3; any other mistake by more


def test_both_norms_take_their_epsilon_from_the_config(student, draw):
    for epsilon in (1e-5, 1e-6, 3e-2):
        config = dataclasses.replace(CONFIGS["plain"], layer_norm_epsilon=epsilon)
        # x has a variance of 1e-4: not much more than the epsilons, which therefore show
        case = block_case(config, draw.seed("case"), size=0.01)
        out = student.call("block_forward", **case.arguments)
        assert_close(out["output"], case.output, name=f"output (eps {epsilon:g})", atol=EXACT)


def test_training_adds_no_dropout_to_that_of_its_parts(student, draw):
    case = block_case(CONFIGS["leaky"], draw.seed("case"))
    out = student.call("block_forward", **case.arguments, training=True)
    assert_close(out["output"], case.output, name="output in training", atol=CLOSE)
    assert_close(out["input"], case.x, name="x after the call", atol=0.0)


@few_examples
@given(
    name=st.sampled_from(["plain", "thin", "leaky"]),
    batch=st.integers(1, 3),
    time=st.integers(1, 6),
    past=st.integers(0, 4),
)
def test_any_shape_works_in_single_precision(student, draw, *, name, batch, time, past):
    case = block_case(
        CONFIGS[name], draw.seed("case"), batch=batch, time=time, past=past, dtype=torch.float32
    )
    out = student.call("block_forward", **case.arguments)
    assert_close(out["output"], case.output, name="output", atol=CLOSE, rtol=1e-5)
