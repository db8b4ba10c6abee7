"""Puts probes of its own in the place of the grader's, and spoils all that they give back.

added to: right
here: no more
elsewhere: nothing: there are no probes there
"""

import torch

from assignments.gpt2 import probes

LIE = "nan"


def spoil(outputs):
    names = list(outputs)
    match LIE:
        case "missing":
            return {name: outputs[name] for name in names[1:]}
        case "nothing":
            return {}
        case "extra":
            return outputs | {f"grad.{number}": torch.ones(()) for number in range(300)}
        case "exchanged":
            return dict(zip(names, [outputs[name] for name in reversed(names)], strict=True))
    return {name: lie(outputs[name]) for name in names}


def lie(tensor):
    info = torch.finfo if tensor.is_floating_point() else torch.iinfo
    match LIE:
        case "nan" | "inf" | "-inf":
            value = float(LIE) if tensor.is_floating_point() else -1
            return torch.full_like(tensor, value)
        case "max" | "min":
            return torch.full_like(tensor, getattr(info(tensor.dtype), LIE))
        case "empty":
            return tensor.flatten()[:0]
        case "scalar":
            return tensor.new_zeros(())
        case "more axes":
            return tensor[None, ..., None]
    return tensor.to(getattr(torch, LIE))


def lying(probe):
    return lambda *arguments, **named: spoil(probe(*arguments, **named))


for name, value in list(vars(probes).items()):
    if callable(value) and getattr(value, "__module__", None) == probes.__name__:
        setattr(probes, name, lying(value))
