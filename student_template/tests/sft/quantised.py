"""The base's weights as nf4 leaves them: what QLoRA computes with, made once a process.

A layer of bitsandbytes multiplies by the weights that its four bits stand for. To put those in the
place of the exact ones gives the same products, and an adapter goes on them as on any others.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping

from torch import Tensor

from tests.sft.base import base


@functools.cache
def quantised_weights() -> Mapping[str, Tensor]:
    """Of each layer that a LoRA may go on, (in, out): nf4 in blocks of 64, doubly quantised."""
    return {name: _through_nf4(weight) for name, weight in base().weights.items()}


def _through_nf4(weight: Tensor) -> Tensor:
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it misses a kernel not needed here
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    bits, state = quantize_4bit(weight.T.contiguous(), quant_type="nf4", compress_statistics=True)
    return dequantize_4bit(bits, state).T.contiguous()  # (out, in) is how a Linear4bit has it
