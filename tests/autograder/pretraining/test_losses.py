"""The losses of the three families are what the models themselves say, token by token."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.pretraining import losses
from autograder.pretraining.folder import load
from autograder.pretraining.losses import nats, pieces
from autograder.pretraining.text import read_text

CLOSE = 1e-5  # float32, and padding changes the order of sums


@pytest.fixture(autouse=True)
def small_budget(monkeypatch):
    monkeypatch.setattr(losses, "BUDGET", dict.fromkeys(losses.BUDGET, 100))


def _measured(folder, text_file):
    language_model = load(folder)
    chosen = list(pieces(language_model, read_text(text_file).held_out))
    return language_model, dict(nats(language_model, chosen))


def test_a_decoders_mean_is_the_loss_that_hugging_face_computes(decoder, text_file):
    language_model, found = _measured(decoder, text_file)
    for piece, loss in found.items():
        ids = torch.tensor([piece.ids])
        theirs = language_model.model(input_ids=ids, labels=ids).loss.item()
        assert loss.mean().item() == pytest.approx(theirs, abs=CLOSE)


def test_an_encoder_guesses_each_token_behind_a_mask(encoder, text_file):
    language_model, found = _measured(encoder, text_file)
    tokenizer = language_model.tokenizer
    piece, loss = next(iter(found.items()))
    ids = [tokenizer.cls_token_id, *piece.ids, tokenizer.sep_token_id]
    for place in (1, len(piece.ids) - 1):  # piece.ids[0] is context, as for the n-grams
        masked = torch.tensor([ids])
        masked[0, place + 1] = tokenizer.mask_token_id
        logits = language_model.model(input_ids=masked).logits[0, place + 1]
        wanted = -logits.log_softmax(-1)[piece.ids[place]].item()
        assert loss[place - 1].item() == pytest.approx(wanted, abs=CLOSE)


def test_an_encoder_decoder_is_given_the_first_half(encoder_decoder, text_file):
    language_model, found = _measured(encoder_decoder, text_file)
    for piece, loss in found.items():
        given, wanted = (torch.tensor([part]) for part in
                         (piece.ids[: piece.first], piece.ids[piece.first :]))  # fmt: skip
        theirs = language_model.model(input_ids=given, labels=wanted).loss.item()
        assert loss.mean().item() == pytest.approx(theirs, abs=CLOSE)


def test_a_document_longer_than_the_context_is_measured_whole(decoder):
    language_model = load(decoder)
    document = "x" * 99
    made = list(pieces(language_model, [document]))
    assert sum(piece.predicted for piece in made) == 99
    assert max(len(piece.ids) for piece in made) <= language_model.context


def test_without_a_start_token_the_first_token_is_only_context(save_decoder):
    language_model = load(save_decoder(roles={}))
    (piece,) = pieces(language_model, ["abc"])
    assert piece.predicted == 2
    assert len(np.concatenate([one for _, one in nats(language_model, [piece])])) == 2


def test_measuring_stops_at_the_budget(decoder, text_file):
    made = list(pieces(load(decoder), read_text(text_file).train))
    assert 100 <= sum(piece.predicted for piece in made) < 100 + 48
