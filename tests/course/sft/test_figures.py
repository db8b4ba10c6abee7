"""The figures that grades are made of are what a plain script finds, dialogue by dialogue."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2LMHeadModel

from tests.course.sft.adapters import config_with, handed, matrices
from tests.course.sft.naive import Naive, entries, replies
from tests.sft.adapter import Adapter, read_adapter
from tests.sft.base import base
from tests.sft.behaviour import EVERY, LIMIT, Reply, behaviour, greedy_replies, is_right
from tests.sft.configuration import CONFIG, TARGETS, WEIGHTS
from tests.sft.dialogues import PUBLIC, Dialogue, dialogues, prompt
from tests.sft.figures import reference, reference_figures, stored_figures
from tests.sft.losses import adapted, dialogue_loss
from tests.sft.regression import TEXT, general_loss

FEW = 16  # dialogues
SUM = 2e-4  # nats: float32 sums of a few thousand losses, in another order and another padding


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("handed-in")
    for name, data in handed(config_with(), matrices()).items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(data)
    return home / "adapter"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some held-out dialogues: enough for batches of several lengths."""
    path = tmp_path_factory.mktemp("few") / "heldout.json"
    path.write_text(json.dumps(entries(PUBLIC)[:FEW]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def adapter(folder: Path) -> Adapter:
    return read_adapter({name: (folder.parent / name).read_bytes() for name in (CONFIG, WEIGHTS)})


def test_an_adapter_does_what_it_does_in_peft(tmp_path):
    own = GPT2LMHeadModel(base().model.config)
    own.load_state_dict(base().model.state_dict())
    lora = LoraConfig(
        r=4, lora_alpha=16, target_modules=list(TARGETS), fan_in_fan_out=True, task_type="CAUSAL_LM"
    )
    made = get_peft_model(own, lora)
    made.load_state_dict(
        {name.replace(".weight", ".default.weight"): matrix for name, matrix in matrices().items()},
        strict=False,
    )
    made.save_pretrained(tmp_path)
    forms = {name: (tmp_path / name.split("/")[1]).read_bytes() for name in (CONFIG, WEIGHTS)}
    ids = torch.arange(20)[None] + 40
    with torch.inference_mode(), adapted(read_adapter(forms)) as model:
        # Two ways to sum the same float32 products, logits of about 10
        torch.testing.assert_close(model(ids).logits, made.eval()(ids).logits, atol=1e-3, rtol=0)
        assert not torch.allclose(model(ids).logits, plain_logits(ids), atol=0.1)


def plain_logits(ids):
    with adapted(None) as model:
        return model(ids).logits


def weights_now():
    return {name: layer.weight.data for name, layer in base().layers.items()}


def test_the_base_is_given_back_bit_for_bit_even_after_an_error():
    before = {name: weight.clone() for name, weight in weights_now().items()}
    adapter = read_adapter(handed(config_with(), matrices()))

    def fails():
        with adapted(adapter):
            assert not any(torch.equal(before[name], one) for name, one in weights_now().items())
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert all(torch.equal(before[name], one) for name, one in weights_now().items())


def test_the_loss_in_batches_is_the_loss_one_by_one(adapter, folder, few):
    assert dialogue_loss(None, few) == pytest.approx(Naive().loss(few), abs=SUM)
    assert dialogue_loss(adapter, few) == pytest.approx(Naive(folder).loss(few), abs=SUM)


def test_the_loss_on_general_text_is_that_of_its_paragraphs(adapter, folder):
    assert general_loss(adapter) == pytest.approx(Naive(folder).text_loss(TEXT), abs=SUM)


def test_the_quantised_loss_is_that_of_bitsandbytes_own_layers(adapter, folder, few):
    for found, naive in (
        (dialogue_loss(None, few, quantised=True), Naive(quantised=True)),
        (dialogue_loss(adapter, few, quantised=True), Naive(folder, quantised=True)),
    ):
        assert found == pytest.approx(naive.loss(few), abs=SUM)
    assert dialogue_loss(None, few, quantised=True) != pytest.approx(
        dialogue_loss(None, few), abs=SUM
    )


def test_replies_in_batches_are_those_of_generate(adapter, folder, few):
    with adapted(adapter) as model:
        found = greedy_replies(model, [prompt(one.turns[:-1]) for one in dialogues(few)])
    expected = [Reply(*one) for one in replies(Naive(folder), entries(few), LIMIT)]
    same = [one == other for one, other in zip(found, expected, strict=True)]
    assert sum(same) >= len(same) - 1  # two nearly equal logits may be decided either way
    shares = behaviour(adapter, few)
    ended = [reply.ended for reply in found[::EVERY]]
    assert shares.ended == pytest.approx(sum(ended) / len(ended))


@pytest.mark.parametrize(
    ("answer", "expected", "said", "right"),
    [
        ("Paris", "The capital of France is Paris.", " The capital of France is Paris.", True),
        ("Paris", "The capital of France is Paris.", " Paris", True),
        ("Paris", "The capital of France is Paris.", " It is called paris!", True),
        ("Paris", "The capital of France is Paris.", " Paris is the capital of Spain.", False),
        ("Paris", "The capital of France is Paris.", " NotParis.", False),
        ("2", "8 minus 6 is 2.", " 8 minus 6 is 12.", False),
        ("高兴", "难过的反义词是高兴。", " 难过的反义词是高兴。", True),
        ("高兴", "难过的反义词是高兴。", " 难过的反义词是不高兴。", False),
        ("m-e-a-t", "The word meat is spelled m-e-a-t.", " m-e-a-t", True),
        ("Paris", "The capital of France is Paris.", "", False),
    ],
)
def test_a_reply_is_right_if_it_is_the_expected_one_or_ends_with_the_answer(
    answer, expected, said, right
):
    turns = [{"from": "human", "value": "?"}, {"from": "gpt", "value": expected}]
    dialogue = as_dialogue(answer, turns)
    assert is_right(Reply(said, ended=True), dialogue) is right
    assert not is_right(Reply(said, ended=False), dialogue)


def as_dialogue(answer, turns):
    fields = {"kind": "facts", "tongue": "en", "answer": answer, "items": turns}
    return msgspec.convert(fields, Dialogue)


def test_every_held_out_dialogue_ends_with_a_reply_that_is_right():
    for one in dialogues(PUBLIC):
        assert one.turns[-1].speaker == "gpt"
        if one.answer is not None:
            assert is_right(Reply(one.turns[-1].value, ended=True), one)
    assert len(dialogues(PUBLIC)) == len(entries(PUBLIC))


def test_the_stored_figures_are_the_references():
    assert reference() is not None
    stored, measured = stored_figures(), reference_figures()
    assert stored.loss == pytest.approx(measured.loss, abs=1e-3)
    assert stored.kept == pytest.approx(measured.kept, abs=1e-3)
    assert stored.ended == pytest.approx(measured.ended, abs=0.021)  # one prompt of fifty
    assert stored.right == pytest.approx(measured.right, abs=0.025)
