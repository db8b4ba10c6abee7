"""The graded tests' way into a submission: data in, one call of the student's code, tensors out.

Each probe runs where the student's code runs. Its first argument is the student's module;
the others are plain values and tensors, copies made for this call; it returns tensors by name.
What students may write differently (a present as pair or stacked tensor) is made equal here.
"""

from types import SimpleNamespace

import torch
from torch import nn

from assignments.gpt2.parts import (
    exchange_axes,
    load,
    make_attention,
    make_block,
    make_language_model,
    make_model,
    make_writer,
    replaced,
)

# ------------------------------------------------------------------ shared by all exercises


def unpack(present):
    """Key and value of a present, in whichever sequence of two it comes."""
    key, value = present
    return {"key": key, "value": value}


def gradients(module, x, cotangent, **arguments):
    """Of sum(output * cotangent), to each parameter and to the input, as "x"."""
    x = x.clone().requires_grad_()
    output = module(x, **arguments)
    output = output if isinstance(output, torch.Tensor) else output[0]
    (output * cotangent).sum().backward()
    wanted = {**dict(module.named_parameters()), "x": x}
    return {
        name: torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
        for name, leaf in wanted.items()
    }


# ------------------------------------------------------------------ mlp


def linear_forward(student, *, n_out, n_in, weights, x):
    layer = load(student.Linear(n_out, n_in), weights)
    with torch.no_grad():
        return {"output": layer(x)}


def gelu_new(student, *, x):
    """`input` is x as the student's code left it, here and below."""
    return {"output": student.gelu_new(x), "input": x}


def mlp_forward(student, *, n_state, config, weights, x, training=False):
    mlp = load(student.MLP(n_state, SimpleNamespace(**config)), weights, training)
    with torch.no_grad():
        return {"output": mlp(x), "input": x}


def mlp_gradients(student, *, n_state, config, weights, x, cotangent):
    mlp = load(student.MLP(n_state, SimpleNamespace(**config)), weights)
    return gradients(mlp, x, cotangent)


# ------------------------------------------------------------------ attention


def like_own_present(attention, x, past):
    """`past` as this student's own `present` would hold it: one stacked tensor, or a pair."""
    if past is None:
        return None
    _, present = attention(x)
    return torch.stack(list(past)) if isinstance(present, torch.Tensor) else tuple(past)


def attention_forward(student, *, x, past=None, mask=None, **making):
    attention = make_attention(student, **making)
    with torch.no_grad():
        output, present = attention(x, like_own_present(attention, x, past), mask)
    return {"output": output, **unpack(present)}


def attention_inputs_afterwards(student, *, x, past, mask, **making):
    """The output, and what x, past and mask hold once attention has been called with them."""
    attention = make_attention(student, **making)
    with torch.no_grad():
        past = like_own_present(attention, x.clone(), past)
        output, _ = attention(x, past, mask)
    return {"output": output, "input": x, "mask": mask, **unpack(past)}


def attention_in_steps(student, *, x, lengths, past=None, mask=None, **making):
    """Feeds x piece by piece, each with the present of the one before; `past` is not used."""
    attention = make_attention(student, **making)
    outputs, present, end = [], None, 0
    with torch.no_grad():
        for length in lengths:
            start, end = end, end + length
            visible = None if mask is None else mask[..., :end]
            output, present = attention(x[:, start:end], present, visible)
            outputs.append(output)
    return {"output": torch.cat(outputs, dim=1), **unpack(present)}


def attention_gradients(student, *, x, past, mask, cotangent, **making):
    attention = make_attention(student, **making)
    with torch.no_grad():
        past = like_own_present(attention, x, past)
    found = gradients(attention, x, cotangent, layer_past=past, attention_mask=mask)
    return exchange_axes(attention, found)


# ------------------------------------------------------------------ block


def block_forward(student, *, x, past=None, mask=None, **making):
    block = make_block(student, **making)
    with torch.no_grad():
        output, present = block(x, past, mask)
    return {"output": output, "input": x, **unpack(present)}


def block_gradients(student, *, x, past, mask, cotangent, **making):
    block = make_block(student, **making)
    return gradients(block, x, cotangent, layer_past=past, attention_mask=mask)


# ------------------------------------------------------------------ model


def stacked(presents):
    """One tensor (layer, 2, batch, head, past+time, head_dim) of whatever sequences they are."""
    return torch.stack([torch.stack(tuple(present)) for present in presents])


def without_padding(hidden, presents, mask):
    """Zeros where there is padding: what a model says there is nobody's business."""
    if mask is None:
        return hidden, stacked(presents)
    padded = mask == 0
    hidden = hidden.masked_fill(padded[:, -hidden.size(1) :, None], 0.0)
    return hidden, stacked(presents).masked_fill(padded[:, None, :, None], 0.0)


def parameter_gradients(model):
    """By every name of every parameter; a parameter that got none is left out."""
    named = model.named_parameters(remove_duplicate=False)
    return {f"grad.{name}": leaf.grad for name, leaf in named if leaf.grad is not None}


def model_steps(student, *, steps, **making):
    """Calls a model once a step, each with the presents of the one before.

    A step holds forward's arguments without `past`. Gives, for step i, `hidden.i`, `presents.i`
    and the `input_ids.i` that the call left.
    """
    model, past, outputs = make_model(student, **making), None, {}
    with torch.no_grad():
        for i, step in enumerate(steps):
            hidden, past = model(**step, past=past)
            seen = without_padding(hidden, past, step.get("attention_mask"))
            outputs |= dict(zip((f"hidden.{i}", f"presents.{i}"), seen, strict=True))
            outputs[f"input_ids.{i}"] = step["input_ids"]
    return outputs


def model_gradients(student, *, input_ids, cotangent, **making):
    """Of sum(hidden * cotangent)."""
    model = make_model(student, **making)
    hidden, _ = model(input_ids)
    (hidden * cotangent).sum().backward()
    return {"hidden": hidden, **parameter_gradients(model)}


def embedding_dropout(student, *, input_ids, **making):
    """What the first Block is given in evaluation mode and in training mode."""
    model, outputs = make_model(student, **making), {}
    for name, training in (("evaluating", False), ("training", True)):
        model.train(training)(input_ids)
        outputs[name] = model.h[0].given
    return outputs


# ------------------------------------------------------------------ lm_head


def head_steps(student, *, steps, **making):
    """As `model_steps`, with `logits.i` for hidden and, unless it is None, `loss.i`."""
    model, past, outputs = make_language_model(student, **making), None, {}
    with torch.no_grad():
        for i, step in enumerate(steps):
            loss, logits, past = model(**step, past=past)
            seen = without_padding(logits, past, step.get("attention_mask"))
            outputs |= dict(zip((f"logits.{i}", f"presents.{i}"), seen, strict=True))
            outputs |= {} if loss is None else {f"loss.{i}": loss}
    return outputs


def head_gradients(student, *, input_ids, labels=None, cotangent=None, **making):
    """Of the loss, or of sum(logits * cotangent); with the values and the state dict."""
    model = make_language_model(student, **making)
    loss, logits, _ = model(input_ids, labels=labels)
    outputs = {"logits": logits} if labels is None else {"loss": loss, "logits": logits}
    ((logits * cotangent).sum() if labels is None else loss).backward()
    return {**outputs, **parameter_gradients(model), **model.state_dict()}


# ------------------------------------------------------------------ generation


def text(student, *, config, weights, stand_in=True, **arguments):
    """`sequences` that `generate` returns, and the `input_ids` that it left.

    With the stand-in also `fed`: how many tokens each call of the transformer was given.
    """
    model = make_writer(student, config, weights, stand_in)
    outputs = {"sequences": model.generate(**arguments), "input_ids": arguments["input_ids"]}
    fed = torch.tensor(model.transformer.fed, dtype=torch.int64) if stand_in else torch.empty(0)
    return outputs | {"fed": fed}


# ------------------------------------------------------------------ GPT-2's own size


def as_it_is(tensor, *_, **__):
    """In the place of an initialiser: drawing 124 M numbers only to drop them takes seconds."""
    return tensor


def logits_of_checkpoint(student, *, config, weights, input_ids):
    """`weights` are those of a saved file, mapped into memory; none of them is copied.

    Such a file lacks the tied key. The one that OpenAI's GPT-2 is published in also lacks the
    prefix, and holds causal masks, which are no parameters.
    """
    weights = {
        name if name.startswith("transformer.") else f"transformer.{name}": value
        for name, value in weights.items()
        if not name.endswith((".attn.bias", ".attn.masked_bias", "lm_head.weight"))
    }
    weights["lm_head.weight"] = weights["transformer.wte.weight"]
    kept = dict.fromkeys(("normal_", "uniform_", "kaiming_uniform_"), as_it_is)
    with replaced(nn.init, **kept):
        model = student.GPT2LMHeadModel(SimpleNamespace(**config)).eval()
    model.load_state_dict(weights, strict=True, assign=True)
    with torch.no_grad():
        return {"logits": model(input_ids)[1]}
