"""Exercise `model` against Hugging Face's GPT2Model, public part.

The same stand-in takes the place of every Block, theirs and ours.
"""

import dataclasses

import torch

from autograder.grading.compare import assert_close
from tests.gpt2.huggingface import CONFIGS
from tests.gpt2.huggingface_model import DEEP, embedding_case, model_case, model_gradient_case
from tests.gpt2.laws import assert_all_close, assert_drops

# float64 rounds at 1e-16, the values are below a hundred, and sums in another order stay far
# below this. An epsilon of 1e-6 in place of 1e-5 shows at 1e-5, other mistakes from 0.01 up.
EXACT = 1e-10

# So that such an epsilon costs the points of one test here and not of all.
CLOSE = 1e-3


def test_hidden_states_are_hugging_faces(student, draw):
    for name in ("wide", "leaky"):  # in evaluation mode nothing leaks
        case = model_case(CONFIGS[name], draw.seed(name))
        out = student.call("model_steps", **case.arguments)
        assert_all_close(out, case.outputs, atol=EXACT, only="hidden", note=name)


def test_positions_go_on_where_the_cache_ends(student, draw):
    case = model_case(DEEP, draw.seed("case"), lengths=(3, 1, 4))
    out = student.call("model_steps", **case.arguments)
    assert_all_close(out, case.outputs, atol=CLOSE)


def test_padding_on_either_side_changes_no_real_token(student, draw):
    for name, pads in (("left", ((2, 0), (0, 0), (4, 0))), ("right", ((0, 3), (0, 1), (0, 0)))):
        case = model_case(CONFIGS["plain"], draw.seed(name), batch=3, lengths=(6,), pads=pads)
        out = student.call("model_steps", **case.arguments)
        assert_all_close(
            out, case.outputs, atol=CLOSE, only="hidden", note=f"padding on the {name}"
        )


def test_given_position_ids_take_the_place_of_the_default(student, draw):
    case = model_case(CONFIGS["plain"], draw.seed("case"), lengths=(6,), places=True)
    out = student.call("model_steps", **case.arguments)
    assert_all_close(out, case.outputs, atol=CLOSE, only="hidden")


def test_embeddings_drop_out_in_training_alone(student, draw):
    config = dataclasses.replace(CONFIGS["leaky"], n_embd=20, embd_pdrop=0.35)
    case = embedding_case(config, draw.seed("case"), batch=8, time=10)
    out = student.call("embedding_dropout", **case.arguments)
    whole = case.outputs["evaluating"]
    assert_close(out["evaluating"], whole, name="evaluating", atol=EXACT)
    left = torch.stack((torch.zeros_like(whole), whole / (1 - config.embd_pdrop)))
    chances = [config.embd_pdrop, 1 - config.embd_pdrop]
    assert_drops(out["training"], left, chances, units=3, name="training", atol=EXACT)


def test_every_embedding_and_norm_gets_hugging_faces_gradient(student, draw):
    case = model_gradient_case(CONFIGS["plain"], draw.seed("case"))
    out = student.call("model_gradients", **case.arguments)
    assert_all_close(out, case.outputs, atol=CLOSE)
