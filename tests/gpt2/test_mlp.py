"""Exercise `mlp`: Linear, gelu_new and the MLP against Hugging Face's, public part."""

import torch
from transformers.activations import NewGELUActivation

from autograder.grading.compare import assert_close
from tests.gpt2.huggingface import CONFIGS, linear_case, mlp_case
from tests.gpt2.laws import assert_drops

# float64 rounds at 1e-16 of values of size ten; sums in another order stay far below this, and
# exact GELU (off by 1e-4) or any other mistake far above.
EXACT = 1e-11
# Where the activation is not the question: its approximations move outputs by a few 1e-3, a wrong
# width or dropout by a tenth and more.
ROUGH = 2e-2


def test_linear_takes_its_output_width_first_and_stores_the_checkpoints_layout(student, draw):
    for n_out, n_in, shape in ((5, 3, (4,)), (3, 7, (2, 3)), (6, 1, (2, 1, 3))):
        case = linear_case(n_out, n_in, shape, draw.seed(f"{n_out}"))
        out = student.call("linear_forward", **case.arguments)
        assert_close(out["output"], case.output, name="output", atol=EXACT)


def test_gelu_new_is_not_the_exact_gelu(student):
    x = torch.linspace(-4, -1, 61, dtype=torch.float64)  # where the two differ most, by 5e-4
    expected = NewGELUActivation()(x)
    out = student.call("gelu_new", x=x)
    assert_close(out["output"], expected, name="gelu_new(x)", atol=1e-12)  # float64 rounding


def test_the_mlp_agrees_with_hugging_face(student, draw):
    for name in ("plain", "wide"):
        case = mlp_case(CONFIGS[name], draw.seed(name))
        out = student.call("mlp_forward", **case.arguments)
        assert_close(out["output"], case.output, name=f"output ({name})", atol=EXACT)


def test_the_inner_width_is_the_one_that_is_asked_for(student, draw):
    for n_state in (7, 31):
        case = mlp_case(CONFIGS["plain"], draw.seed(f"{n_state}"), n_state=n_state)
        out = student.call("mlp_forward", **case.arguments)
        assert_close(out["output"], case.output, name="output", atol=ROUGH)


def test_training_drops_outputs_and_evaluation_drops_none(student, draw):
    config = CONFIGS["leaky"]
    case = mlp_case(config, draw.seed("case"), batch=4)
    calm = student.call("mlp_forward", **case.arguments)
    assert_close(calm["output"], case.output, name="output in evaluation", atol=ROUGH)
    wild = student.call("mlp_forward", **case.arguments, training=True)
    p = config.resid_pdrop
    choices = torch.stack((torch.zeros_like(case.output), case.output / (1 - p)))
    name = "output in training"
    assert_drops(wild["output"], choices, [p, 1 - p], units=3, name=name, atol=ROUGH)


def test_every_parameter_of_the_mlp_gets_hugging_faces_gradient(student, draw):
    case = mlp_case(CONFIGS["plain"], draw.seed("case"))
    out = student.call("mlp_gradients", **case.arguments, cotangent=case.cotangent)
    for name, expected in case.gradients.items():
        # sums over ten tokens of products of a few tens
        assert_close(out[name], expected, name=f"gradient of {name}", atol=1e-10)
