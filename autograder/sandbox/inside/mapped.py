"""A safetensors file as tensors over a private memory map: no copy, and no write reaches the file.

The format (https://huggingface.co/docs/safetensors): eight bytes of header length, little endian,
a JSON header name -> {dtype, shape, data_offsets}, then the tensors' bytes.
"""

from __future__ import annotations

import json
import mmap

import torch
from torch import Tensor

from autograder.sandbox.protocol import DTYPES


def map_tensors(fd: int) -> dict[str, Tensor]:
    """The tensors of the safetensors file open at `fd`, copied page by page where written to."""
    data = mmap.mmap(fd, 0, access=mmap.ACCESS_COPY)
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {
        name: _tensor(data, start, entry["dtype"], entry["shape"], entry["data_offsets"])
        for name, entry in header.items()
    }


def _tensor(
    data: mmap.mmap, start: int, dtype: str, shape: list[int], offsets: list[int]
) -> Tensor:
    kind = DTYPES[dtype]
    if offsets[0] == offsets[1]:
        return torch.empty(shape, dtype=kind)
    count = (offsets[1] - offsets[0]) // kind.itemsize
    return torch.frombuffer(data, dtype=kind, count=count, offset=start + offsets[0]).reshape(shape)
