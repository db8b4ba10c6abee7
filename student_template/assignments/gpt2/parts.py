"""A student's parts made ready for the probes: weights loaded, stand-ins where others belong.

Keeps credit apart: a Block is tested without the student's attention and MLP, attention without
the student's Linear where that one is broken, a model without their Block, head and generation
without their model.
"""

import contextlib
import functools
from types import SimpleNamespace

import torch
from torch import nn

from assignments.gpt2.standins import (
    StandInAttention,
    StandInBlock,
    StandInMLP,
    StandInTransformer,
)


def load(module, weights, training=False):
    """Brings `weights` into `module`, in their dtype.

    Every parameter must be there and no other; a buffer, such as a causal mask that was
    registered as persistent, may be missing from `weights`.
    """
    module.to(next(iter(weights.values())).dtype)
    missing, unexpected = module.load_state_dict(weights, strict=False)
    missing = [name for name in missing if name not in dict(module.named_buffers())]
    if missing or unexpected:
        raise KeyError(f"parameters without a weight: {missing}, unknown weights: {unexpected}")
    return module.train(training)


@contextlib.contextmanager
def replaced(student, **parts):
    """Puts `parts` in the place of the student's own under the same names, for a while."""
    own = {name: getattr(student, name) for name in parts if hasattr(student, name)}
    for name, part in parts.items():
        setattr(student, name, part)
    try:
        yield
    finally:
        for name in parts:
            delattr(student, name)
        for name, part in own.items():
            setattr(student, name, part)


class TransposedLinear(nn.Linear):
    """torch's own layer, with the two widths as the course's Linear takes them."""

    def __init__(self, n_out, n_in):
        super().__init__(n_in, n_out)


@functools.lru_cache(maxsize=1)  # one student a process: asked once, not at each probe
def linear_works(student):
    """Whether the student's Linear gives torch's output and gradients, the axes exchanged."""
    weight, bias = torch.linspace(-1, 1, 6).view(2, 3), torch.tensor([1.0, 2.0, 3.0])
    twin = load(TransposedLinear(3, 2), {"weight": weight.T, "bias": bias})
    try:
        layer = load(student.Linear(3, 2), {"weight": weight, "bias": bias})
        output, by_weight, *others = output_and_gradients(layer)
        expected, by_transposed, *expected_others = output_and_gradients(twin)
        found, wanted = (output, by_weight, *others), (expected, by_transposed.T, *expected_others)
        return all(
            one.shape == two.shape and torch.allclose(one, two, atol=1e-4)
            for one, two in zip(found, wanted, strict=True)
        )
    except Exception:  # whatever is wrong with it costs the points of `mlp` and no others
        return False


def output_and_gradients(layer):
    x = torch.linspace(-2, 2, 8).view(2, 2, 2).requires_grad_()
    output = layer(x)
    return output, *torch.autograd.grad(output.square().sum(), (layer.weight, layer.bias, x))


@contextlib.contextmanager
def working_linear(student):
    """Attention is an exercise of its own: where the student's Linear is broken, torch's serves."""
    if linear_works(student):
        yield
        return
    with replaced(student, Linear=TransposedLinear):
        yield


def exchange_axes(module, tensors):
    """Turns the weights of TransposedLinear layers from one layout into the other."""
    turned = {
        f"{name}.weight"
        for name, part in module.named_modules()
        if isinstance(part, TransposedLinear)
    }
    return {name: value.T if name in turned else value for name, value in tensors.items()}


def make_attention(student, *, nx, n_ctx, config, scale, weights, training=False):
    with working_linear(student):
        attention = student.Attention(nx, n_ctx, SimpleNamespace(**config), scale)
    return load(attention, exchange_axes(attention, weights), training)


def make_block(student, *, n_ctx, config, scale, weights, training=False):
    """A Block around the stand-ins, made by the student's code where it says Attention and MLP."""
    config = SimpleNamespace(**config)
    with replaced(student, Attention=StandInAttention, MLP=StandInMLP):
        block = student.Block(n_ctx, config, scale)
    if not isinstance(block.attn, StandInAttention):  # the student's class has another name
        block.attn = StandInAttention(config.n_embd, n_ctx, config, scale)
    if not isinstance(block.mlp, StandInMLP):
        block.mlp = StandInMLP(4 * config.n_embd, config)
    return load(block, weights, training)


def make_model(student, config, weights, stand_in=True):
    """A GPT2Model, around stand-in Blocks made by the student's code where it says Block."""
    config = SimpleNamespace(**config)
    if not stand_in:
        return load(student.GPT2Model(config), weights)
    with replaced(student, Block=StandInBlock):
        model = student.GPT2Model(config)
    for layer, block in enumerate(model.h):
        if not isinstance(block, StandInBlock):  # the student's class has another name
            model.h[layer] = StandInBlock(config.n_positions, config, scale=True)
    return load(model, weights)


def make_language_model(student, config, weights, stand_in=True):
    """A GPT2LMHeadModel, around a stand-in where the student's code says GPT2Model."""
    config = SimpleNamespace(**config)
    if not stand_in:
        return load(student.GPT2LMHeadModel(config), weights)
    with replaced(student, GPT2Model=StandInTransformer):
        model = student.GPT2LMHeadModel(config)
    if not isinstance(model.transformer, StandInTransformer):  # their class has another name
        table = model.transformer.wte  # which the head may be tied to
        model.transformer = StandInTransformer(config)
        model.transformer.wte = table
    return load(model, weights)


def make_writer(student, config, weights, stand_in=True):
    """A model of which only `generate` is the student's: its forward is a stand-in too."""
    if not stand_in:
        return make_language_model(student, config, weights, stand_in=False)
    try:
        model = make_language_model(student, config, weights)
    except Exception:  # whatever is wrong with it costs the points of `lm_head` and no others
        model = student.GPT2LMHeadModel.__new__(student.GPT2LMHeadModel)
        nn.Module.__init__(model)
        model.transformer = StandInTransformer(SimpleNamespace(**config))
        model.lm_head = nn.Linear(config["n_embd"], config["vocab_size"], bias=False)
        load(model, weights)
    model.forward = model.transformer.speak
    return model
