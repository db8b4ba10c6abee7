"""Writes figures.json, what a student's folder has of the reference's adapter.

`python -m tests.sft.hidden.write_figures`, after that adapter, tiny-gpt2 or the data have changed.
"""

from __future__ import annotations

import msgspec
import torch

from autograder.errors import CourseError
from tests.sft.figures import FILE, REFERENCE, measure, reference


def main() -> None:
    torch.set_num_threads(1)
    adapter = reference()
    if adapter is None:
        raise CourseError(f"{REFERENCE}: no adapter there. Do: make sft")
    measured = msgspec.structs.asdict(measure(adapter))
    found = {name: round(value, 5) for name, value in measured.items()}
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    print(f"{FILE}: {found}")


if __name__ == "__main__":
    main()
