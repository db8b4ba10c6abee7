"""Exercise `mlp`, hidden part: other shapes, precisions and habits."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close
from tests.gpt2.huggingface import CONFIGS, linear_case, mlp_case
from tests.gpt2.laws import few_examples

EXACT = 1e-11  # float64 rounding with some room; any mistake is larger by far


@few_examples
@given(
    n_out=st.integers(1, 9),
    n_in=st.integers(1, 9),
    shape=st.lists(st.integers(1, 4), max_size=4).map(tuple),
)
def test_linear_keeps_any_leading_shape(student, draw, n_out, n_in, shape):
    case = linear_case(n_out, n_in, shape, draw.seed("case"))
    out = student.call("linear_forward", **case.arguments)
    assert_close(out["output"], case.output, name="output", atol=EXACT)


def test_gelu_new_holds_in_single_precision_far_out_and_leaves_its_input(student):
    far = torch.tensor([-50.0, -10.0, 0.0, 10.0, 50.0], dtype=torch.float32)
    x = torch.cat((torch.linspace(-4, 4, 81, dtype=torch.float32), far))
    expected = torch.nn.functional.gelu(x.double(), approximate="tanh").float()
    out = student.call("gelu_new", x=x)
    # float32 has 6e-8 of relative rounding, and 1 + tanh cancels near -4; exact GELU is 5e-4 off
    assert_close(out["output"], expected, name="gelu_new(x)", atol=2e-6, rtol=1e-6)
    assert_close(out["input"], x, name="x after the call", atol=0.0)


def test_the_mlp_takes_one_token_in_single_precision_and_leaves_its_input(student, draw):
    for batch, time in ((1, 1), (3, 1), (1, 10)):
        case = mlp_case(
            CONFIGS["thin"], draw.seed("case"), batch=batch, time=time, dtype=torch.float32
        )
        out = student.call("mlp_forward", **case.arguments)
        # outputs of size ten, each a sum of 32 products that round at 6e-8; exact GELU is 1e-4 off
        assert_close(out["output"], case.output, name="output", atol=2e-5)
        assert_close(out["input"], case.x, name="x after the call", atol=0.0)
