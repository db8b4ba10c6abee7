"""How well a model predicts each token of a document, for the three families of models.

- decoder: each token from those before it.
- encoder: each token from all others, with a mask in its place: a *pseudo*-loss, since the model
  sees both sides (Salazar et al., *Masked Language Model Scoring*, arXiv 1910.14659).
- encoder-decoder: the second half of a piece, the first half being the encoder's input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from autograder.pretraining.folder import Family, LanguageModel

BATCH = 2048  # tokens, padding included

# how many tokens are measured; an encoder reads its whole piece again for each
BUDGET: dict[Family, int] = {"decoder": 30_000, "encoder": 1_500, "encoder-decoder": 30_000}


@dataclass(frozen=True)
class Piece:
    """Tokens that a model reads at once; those from `first` on are predicted."""

    ids: tuple[int, ...]
    first: int

    @property
    def predicted(self) -> int:
        return len(self.ids) - self.first


def pieces(language_model: LanguageModel, documents: Sequence[str]) -> Iterator[Piece]:
    """Documents as pieces that fit into the context, up to the family's budget of tokens."""
    left = BUDGET[language_model.family]
    for document in documents:
        for piece in _pieces(language_model, document):
            if left <= 0:
                return
            left -= piece.predicted
            yield piece


def _pieces(language_model: LanguageModel, document: str) -> Iterator[Piece]:
    """A piece has the start token in front where there is one: every token is predicted then."""
    start = [] if language_model.start is None else [language_model.start]
    ids = language_model.tokens(document)
    room = language_model.context - 2  # for the start, and an encoder's end
    for begin in range(0, len(ids), room):
        piece = (*start, *ids[begin : begin + room])
        halved = language_model.family == "encoder-decoder"
        first = (len(piece) + 1) // 2 if halved else 1
        if len(piece) > first:
            yield Piece(piece, first)


def nats(
    language_model: LanguageModel, piece_list: Sequence[Piece]
) -> Iterator[tuple[Piece, Tensor]]:
    """Each piece with −ln p of the tokens predicted in it, float64 (predicted,), in some order."""
    measure: Callable[[LanguageModel, Sequence[Piece]], Iterator[Tensor]] = {
        "decoder": _decoder, "encoder": _encoder, "encoder-decoder": _encoder_decoder,
    }[language_model.family]  # fmt: skip
    for batch in _batches(piece_list):
        with torch.inference_mode():
            yield from zip(batch, measure(language_model, batch), strict=True)


def _batches(piece_list: Sequence[Piece]) -> Iterator[list[Piece]]:
    batch: list[Piece] = []
    for piece in sorted(piece_list, key=lambda one: len(one.ids)):
        if batch and len(piece.ids) * (len(batch) + 1) > BATCH:
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch


def _decoder(language_model: LanguageModel, batch: Sequence[Piece]) -> Iterator[Tensor]:
    ids, mask = padded([piece.ids for piece in batch], language_model)
    logits = language_model.model(input_ids=ids, attention_mask=mask).logits  # (batch, time, vocab)
    for row, piece in enumerate(batch):
        yield _surprise(logits[row, : len(piece.ids) - 1], ids[row, 1 : len(piece.ids)])


def _encoder(language_model: LanguageModel, batch: Sequence[Piece]) -> Iterator[Tensor]:
    """One row for each masked token; [CLS] … [SEP] as the model was trained, where it has them."""
    tokenizer = language_model.tokenizer
    end = [] if tokenizer.sep_token_id is None else [tokenizer.sep_token_id]
    head = [] if tokenizer.cls_token_id is None else [tokenizer.cls_token_id]
    for piece in batch:
        own = piece.ids if language_model.start is None else piece.ids[1:]
        whole = torch.tensor([*head, *own, *end])
        places = torch.arange(len(own) - piece.predicted, len(own)) + len(head)
        found = []
        for some in places.split(max(1, BATCH // len(whole))):
            rows = whole.repeat(len(some), 1)
            rows[torch.arange(len(some)), some] = tokenizer.mask_token_id
            logits = language_model.model(input_ids=rows).logits
            found.append(_surprise(logits[torch.arange(len(some)), some], whole[some]))
        yield torch.cat(found)


def _encoder_decoder(language_model: LanguageModel, batch: Sequence[Piece]) -> Iterator[Tensor]:
    ids, mask = padded([piece.ids[: piece.first] for piece in batch], language_model)
    labels, _ = padded([piece.ids[piece.first :] for piece in batch], language_model)
    model = language_model.model
    logits = model(input_ids=ids, attention_mask=mask, labels=labels).logits  # shifts by itself
    for row, piece in enumerate(batch):
        yield _surprise(logits[row, : piece.predicted], labels[row, : piece.predicted])


def padded(rows: Sequence[Sequence[int]], language_model: LanguageModel) -> tuple[Tensor, Tensor]:
    """Ids and attention mask (batch, time), padded on the right."""
    pad = language_model.tokenizer.pad_token_id or 0
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask


def _surprise(logits: Tensor, tokens: Tensor) -> Tensor:
    return cross_entropy(logits.double(), tokens, reduction="none")
