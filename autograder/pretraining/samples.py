"""What a model says, so that its loss has a face: a few held-out texts, begun, masked or halved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from autograder.pretraining.folder import LanguageModel
from autograder.pretraining.losses import Piece

NEW = 24  # tokens
SHOWN = 3


@dataclass(frozen=True)
class Said:
    """What a model was given, what it made of it, and what the text says."""

    given: str
    said: str
    truth: str


def samples(language_model: LanguageModel, piece_list: Sequence[Piece]) -> list[Said]:
    """From pieces that stand far from each other; the likeliest token each time, so no seed."""
    step = max(1, len(piece_list) // SHOWN)
    with torch.inference_mode():
        if language_model.family == "encoder":
            return [_unmasked(language_model, piece) for piece in piece_list[::step][:SHOWN]]
        return [_continued(language_model, piece) for piece in piece_list[::step][:SHOWN]]


def _continued(language_model: LanguageModel, piece: Piece) -> Said:
    decoder = language_model.family == "decoder"
    cut = max(1, min(len(piece.ids) // 2, language_model.context - NEW)) if decoder else piece.first
    given = torch.tensor([piece.ids[:cut]])
    out = language_model.model.generate(
        input_ids=given, attention_mask=torch.ones_like(given), max_new_tokens=NEW,
        do_sample=False, pad_token_id=language_model.tokenizer.pad_token_id or 0,
    )[0].tolist()  # fmt: skip
    new = out[cut:] if decoder else out
    read = language_model.tokenizer.decode
    return Said(read(piece.ids[:cut], skip_special_tokens=True),
                read(new, skip_special_tokens=True), read(piece.ids[cut : cut + NEW]))  # fmt: skip


def _unmasked(language_model: LanguageModel, piece: Piece) -> Said:
    """The token in the middle, masked and guessed."""
    place = len(piece.ids) // 2
    tokenizer = language_model.tokenizer
    ids = list(piece.ids)
    ids[place] = tokenizer.mask_token_id
    guess = int(language_model.model(input_ids=torch.tensor([ids])).logits[0, place].argmax())
    around = ids[max(0, place - NEW) : place + NEW]
    return Said(
        tokenizer.decode(around), tokenizer.decode([guess]), tokenizer.decode([piece.ids[place]])
    )
