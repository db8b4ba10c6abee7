"""What several graded suites state in the same way: settings, laws of chance, many values."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from hypothesis import Phase, settings
from torch import Tensor

from autograder.grading.compare import assert_close, assert_equal

# The same few examples for every student and in every run; a failure is not searched any further,
# because shrinking would make hundreds of calls.
few_examples = settings(
    max_examples=5,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)


def assert_drops(
    actual: Tensor, choices: Tensor, chances: list[float], *, units: int, name: str, atol: float
) -> None:
    """Each unit of `actual` is one of the choices, and each choice is about as often as its chance.

    Dropout at random can't be compared value by value; this can. `choices` is (n, *actual.shape):
    what dropout may leave; the first `units` axes of `actual` count what is dropped as one.
    """
    # inf: only type, shape and finiteness are checked, so that the lines below can calculate
    assert_close(actual, choices[0], name=name, atol=math.inf)
    nearest = (choices - actual).abs().unsqueeze(-1).flatten(units + 1).sum(-1).argmin(0)
    index = nearest.reshape(1, *nearest.shape, *(1,) * (actual.dim() - units))
    expected = choices.take_along_dim(index, 0)[0]
    assert_close(actual, expected, name=name, atol=atol)
    found = nearest.flatten().bincount(minlength=len(choices)).double() / nearest.numel()
    # Five standard deviations for the 240 units or more that the tests drop from.
    assert_close(found, torch.tensor(chances).double(), name=f"{name}: frequencies", atol=0.16)


def assert_all_close(
    actual: Mapping[str, Tensor],
    expected: Mapping[str, Tensor],
    *,
    atol: float,
    rtol: float = 0.0,
    loss: float = 0.0,
    only: str | tuple[str, ...] = "",
    note: str = "",
) -> None:
    """Compares by name, `only` the names with such a beginning.

    What is called loss has the tolerance `loss` and may be of any float dtype.
    """
    for name in [name for name in expected if name.startswith(only)]:
        is_loss = name.startswith("loss")
        assert_close(
            actual[name],
            expected[name],
            name=f"{name} ({note})" if note else name,
            atol=loss if is_loss else atol,
            rtol=rtol,
            dtype="any-float" if is_loss else None,
        )


def assert_follows(tokens: Tensor, chances: Tensor, *, name: str) -> None:
    """Independent `tokens` (n,) are as often each token as `chances` (vocab_size,) say.

    No chance may be small without being zero: where 20 hits are expected, more than 7 standard
    deviations away from that is a matter of one in 10^8.
    """
    possible = tokens.clamp(0, len(chances) - 1)
    assert_equal(tokens, possible, name=f"{name}, as ids of the vocabulary")
    counts = tokens.bincount(minlength=len(chances)).double()
    mean = len(tokens) * chances.double()
    deviation = (mean * (1 - chances)).sqrt().clamp(min=0.1)  # one impossible token is 10
    assert_close(
        (counts - mean) / deviation,
        torch.zeros_like(mean),
        name=f"{name}: standard deviations off the expected count of each token",
        atol=7.0,
    )


def new_tokens(
    sequences: Tensor, prompt: Tensor, count: int, vocabulary: int, *, name: str
) -> Tensor:
    """The last `count` tokens of each row, once the rest is known to be the prompt.

    They are tokens of the vocabulary, 0 … vocabulary − 1, so that they may be looked up.
    """
    form = torch.cat((prompt, prompt.new_zeros(len(prompt), count)), dim=1)
    assert_close(sequences, form, name=name, atol=math.inf)  # inf: only dtype and shape
    assert_equal(sequences[:, :-count], prompt, name=f"{name}, the prompt in them")
    tokens = sequences[:, -count:]
    assert_equal(tokens.clamp(0, vocabulary - 1), tokens, name=f"{name}, as tokens there are")
    return tokens
