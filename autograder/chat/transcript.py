"""Transcripts: the JSON in which a conversation is kept and handed in.

    {
      "schema_version": 1,
      "model": "SmolLM2-135M-Instruct.Q4_1",   a folder's or GGUF file's name, or a server's model
      "server": null,                          the server's address, if one was asked
      "adapter_sha256": null,                  of adapter_config.json and adapter_model.safetensors,
                                               one after the other: `cat … | sha256sum`
      "settings": {"temperature": 0.7, "top_p": 0.9, "max_new_tokens": 256},
      "seed": 20190214,
      "system": null,                          instructions before the first turn
      "turns": [
        {"from": "human", "value": "What is the capital of France?"},
        {"from": "gpt", "value": "The capital of", "stopped": true}
      ]
    }

A turn has the form of ShareGPT's dialogues. `stopped` stands only in a reply that was cut short by
the person or by an error. Human and gpt take turns, the human begins; the last turn is the human's
only if the program was killed before the reply was over. Unknown fields are refused.

A local model draws the reply that is turn number n (counted from 0) with the seed
`conversation.turn_seed(seed, n)` and with `settings` alone, not with what the model's own files
recommend. So the same transcript up to there gives the same reply, on the same machine with the
same versions. A server gets the same seed and is free to ignore it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from autograder.errors import CourseError, GraderFault
from autograder.reports.whole import write_whole

SCHEMA_VERSION: Literal[1] = 1
MAX_SEED = 2**31 - 1

Speaker = Literal["human", "gpt"]


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one of the two said."""

    speaker: Speaker = msgspec.field(name="from")
    value: str
    stopped: bool = False  # cut short by the person or by an error


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How replies are drawn."""

    temperature: Annotated[float, Meta(ge=0, le=100)] = 0.7  # 0: always the likeliest token
    top_p: Annotated[float, Meta(gt=0, le=1)] = 0.9  # the likeliest tokens of this much probability
    max_new_tokens: Annotated[int, Meta(ge=1)] = 256


class Transcript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation and all that is needed to have it again."""

    schema_version: Literal[1] = SCHEMA_VERSION
    model: str
    server: str | None = None
    adapter_sha256: str | None = None
    settings: Settings
    seed: Annotated[int, Meta(ge=0, le=MAX_SEED)]
    system: str | None = None
    turns: tuple[Turn, ...]


def write_transcript(path: Path, transcript: Transcript) -> None:
    """Writes it whole or not at all."""
    text = msgspec.json.format(msgspec.json.encode(transcript), indent=2)
    try:
        write_whole(path, text + b"\n")
    except GraderFault as fault:
        reason = getattr(fault.__cause__, "strerror", None) or fault
        raise CourseError(
            f"{path}: the transcript cannot be written ({reason}). Do: make room there, or choose "
            "another place with --save FILE"
        ) from fault


def read_transcript(path: Path) -> Transcript:
    """Reads and checks a transcript; raises CourseError with what is wrong in it."""
    try:
        transcript = msgspec.json.decode(path.read_bytes(), type=Transcript)
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check the path") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CourseError(
            f"{path}: not a transcript ({error}). Do: hand in a file that `autograder chat` wrote"
        ) from error
    for number, turn in enumerate(transcript.turns):
        if turn.speaker != ("human", "gpt")[number % 2]:
            raise CourseError(
                f"{path}: turn {number} is again the {turn.speaker}'s. Do: hand in a file that "
                "`autograder chat` wrote"
            )
    return transcript


def check_settings(**values: object) -> Settings:
    """Settings from a command line; raises CourseError naming the option that is out of range."""
    try:
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).rpartition(" - at `$.")
        option = "--" + place.rstrip("`").replace("_", "-")
        raise CourseError(f"{option}: {reason}. Do: choose another value") from error
