"""What the reference's adapter comes to, and how much of its way a student's has gone.

In the course's own folder the reference's adapter is there and is measured, once a process. A
student's folder has only figures.json, which `python -m tests.sft.hidden.write_figures` writes; a
test of the course keeps it true.
"""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from autograder.errors import CourseError
from tests.sft.adapter import Adapter, read_adapter
from tests.sft.behaviour import behaviour
from tests.sft.configuration import CONFIG, WEIGHTS
from tests.sft.dialogues import PUBLIC
from tests.sft.losses import dialogue_loss

FILE = Path(__file__).with_name("figures.json")
REFERENCE = Path(__file__).parents[2] / "solutions/sft"


class Figures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one adapter, on what is public. Losses in nats a token, shares 0…1."""

    loss: float  # in the public held-out dialogues
    kept: float  # share of its gain that is left on the quantised base
    ended: float
    right: float


def measure(adapter: Adapter) -> Figures:
    found = behaviour(adapter, PUBLIC)
    return Figures(
        loss=dialogue_loss(adapter, PUBLIC),
        kept=kept_gain(adapter),
        ended=found.ended,
        right=found.right,
    )


@functools.cache
def reference() -> Adapter | None:
    """The reference's adapter, in the course's own folder."""
    files = {name: REFERENCE / name for name in (CONFIG, WEIGHTS)}
    if not all(path.is_file() for path in files.values()):
        return None
    return read_adapter({name: path.read_bytes() for name, path in files.items()})


def stored_figures() -> Figures:
    try:
        return msgspec.json.decode(FILE.read_bytes(), type=Figures)
    except (OSError, msgspec.DecodeError) as error:
        raise CourseError(
            f"{FILE}: {error}. Do: python -m tests.sft.hidden.write_figures, in the course's folder"
        ) from error


def reference_figures() -> Figures:
    """On what is public: measured, or else as they are stored."""
    adapter = reference()
    return measure(adapter) if adapter else stored_figures()


def kept_gain(adapter: Adapter) -> float:
    """Which share of an adapter's gain in loss is left on the nf4 base; 0 where it has none."""
    gain = dialogue_loss(None, PUBLIC) - dialogue_loss(adapter, PUBLIC)
    without, yours = (dialogue_loss(one, PUBLIC, quantised=True) for one in (None, adapter))
    return (without - yours) / gain if gain > 0 else 0.0


def progress(without: float, yours: float, best: float) -> float:
    """How much of the way from the base's figure to the reference's is gone, not cut to 0…1."""
    if without == best:
        raise CourseError(f"{REFERENCE}: its adapter changes nothing. Do: train it again")
    return (without - yours) / (without - best)
