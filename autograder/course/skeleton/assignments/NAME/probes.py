"""The graded tests' way into a submission: data in, calls of the student's code, tensors out.

Each probe runs where the student's code runs. Its first argument is the student's module.
"""

import contextlib

import torch


def weights(student, *, scores):
    """The weights, and the scores as the student's code left them."""
    return {"weights": student.softmax(scores), "scores": scores}


def loss(student, *, scores, labels):
    """With a soft-max that is right, so that a wrong one costs no points here."""
    with replaced(student, softmax=lambda scores: torch.softmax(scores, dim=-1)):
        return {"loss": student.cross_entropy(scores, labels)}


@contextlib.contextmanager
def replaced(student, **functions):
    """Puts functions in the place of the student's own of the same names, for a while."""
    own = {name: getattr(student, name) for name in functions}
    vars(student).update(functions)
    try:
        yield
    finally:
        vars(student).update(own)
