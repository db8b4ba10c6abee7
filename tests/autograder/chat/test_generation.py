"""Local models: the same seed gives the same reply, histories are cut, trouble is one line."""

from __future__ import annotations

import shutil
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import GenerationConfig, GPT2LMHeadModel

from autograder.chat.conversation import turn_seed
from autograder.chat.folder import find_adapter
from autograder.chat.generation import load_local
from autograder.chat.session import Session
from autograder.chat.streaming import UNFINISHED
from autograder.chat.transcript import Settings, Turn, read_transcript
from autograder.errors import CourseError
from tests.autograder.chat.tiny import CONTEXT

SHORT = Settings(temperature=1.0, top_p=1.0, max_new_tokens=24)
GREEDY = Settings(temperature=0, max_new_tokens=40)
HELLO = [Turn("human", "你好")]


def _reply(model, turns=HELLO, settings=SHORT, *, seed=1, system=None, forgot=None):
    def unexpected(count):
        raise AssertionError(f"{count} turns were left out")

    pieces = model.reply(turns, settings, seed=seed, system=system, forgot=forgot or unexpected)
    return "".join(pieces)


def test_the_same_seed_gives_the_same_reply_and_another_seed_another(random_model):
    first = _reply(random_model)
    torch.rand(5)  # whatever else draws numbers in this process
    assert _reply(random_model) == first
    assert _reply(random_model, seed=2) != first


def test_at_temperature_zero_the_seed_does_not_matter(random_model):
    assert _reply(random_model, settings=GREEDY) == _reply(random_model, settings=GREEDY, seed=2)


def test_a_temperature_that_is_nearly_zero_is_zero(random_model):
    settings = Settings(temperature=1e-300, max_new_tokens=40)
    assert _reply(random_model, settings=settings) == _reply(random_model, settings=GREEDY)


def test_replies_asked_for_at_once_are_those_asked_for_in_turn(random_model):
    seeds = range(4)
    alone = [_reply(random_model, seed=seed) for seed in seeds]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda seed: _reply(random_model, seed=seed), seeds))
    assert together == alone


def test_a_trained_model_replies_in_the_plain_form_and_ends_where_the_user_would_speak(
    trained_folder,
):
    model = load_local(str(trained_folder), None)
    question = [Turn("human", "capital?")]
    assert _reply(model, question, GREEDY) == "Paris, 巴黎."
    dialogue = [*question, Turn("gpt", "Paris, 巴黎."), Turn("human", "more?")]
    assert _reply(model, dialogue, Settings(temperature=0, max_new_tokens=4)) == "no."


def test_a_reply_that_the_limit_ends_within_a_character_ends_before_it(trained_folder):
    model = load_local(str(trained_folder), None)
    for limit in range(9, 12):  # " Paris, " takes 8 tokens, 巴 three
        settings = Settings(temperature=0, max_new_tokens=limit)
        reply = _reply(model, [Turn("human", "capital?")], settings)
        assert reply == ("Paris, 巴" if limit == 11 else "Paris,")
        assert UNFINISHED not in reply


def test_a_full_history_is_cut_at_whole_turns_and_told(random_model):
    history = [Turn(("human", "gpt")[n % 2], "鱼" * 5) for n in range(9)]
    told: list[int] = []
    reply = _reply(random_model, history, forgot=told.append)
    assert told == [6]  # of "User: …" and "Assistant: …" with 15 bytes each, three turns fit
    assert reply == _reply(random_model, history[6:])


def test_the_settings_room_is_kept_in_the_context(random_model):
    fits = CONTEXT - SHORT.max_new_tokens - len("User: \nAssistant:")
    _reply(random_model, [Turn("human", "x" * fits)])
    with pytest.raises(CourseError, match="your message takes 105 tokens") as caught:
        _reply(random_model, [*HELLO, Turn("gpt", "!"), Turn("human", "x" * (fits + 1))])
    assert "\n" not in str(caught.value)


def test_of_a_small_context_a_reply_takes_half_at_most(random_model):
    endless = Settings(max_new_tokens=CONTEXT, temperature=0)
    half = Settings(max_new_tokens=CONTEXT // 2, temperature=0)
    assert _reply(random_model, settings=endless) == _reply(random_model, settings=half)


def test_what_the_models_own_files_recommend_is_not_used(random_folder, random_model, tmp_path):
    folder = tmp_path / "opinionated"
    shutil.copytree(random_folder, folder)
    own = GenerationConfig(do_sample=True, top_k=1, repetition_penalty=9.0, eos_token_id=256)
    own.save_pretrained(folder)
    assert _reply(load_local(str(folder), None)) == _reply(random_model)


def test_no_memory_while_replying_is_one_line(random_model):
    def greedy_for_memory(*_arguments):
        torch.empty(1 << 45, dtype=torch.uint8)  # torch's own words for it

    hook = random_model._model.register_forward_pre_hook(greedy_for_memory)
    try:
        with pytest.raises(CourseError) as caught:
            _reply(random_model)
    finally:
        hook.remove()
    assert "random: out of memory. Do: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_is_loaded_without_asking_any_network(random_folder, monkeypatch):
    def refuse(*arguments, **_options):
        raise AssertionError(f"asked the network: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    load_local(str(random_folder), None)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_model_with_a_torn_file_is_one_line(random_folder, tmp_path, name):
    folder = tmp_path / "torn"
    shutil.copytree(random_folder, folder)
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(CourseError) as caught:
        load_local(str(folder), None)
    assert str(caught.value).startswith(f"{folder}: ")
    assert "\n" not in str(caught.value)


@pytest.fixture
def adapter_folder(random_folder, tmp_path):
    base = GPT2LMHeadModel.from_pretrained(random_folder)
    config = LoraConfig(r=2, target_modules=["c_attn"], fan_in_fan_out=True, task_type="CAUSAL_LM")
    model = get_peft_model(base, config)
    torch.manual_seed(3)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.copy_(torch.randn(parameter.shape))
    model.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def test_an_adapter_changes_the_replies_and_its_hash_is_kept(
    random_folder, random_model, adapter_folder
):
    adapted = load_local(str(random_folder), adapter_folder)
    assert adapted.adapter_sha256 == find_adapter(adapter_folder).sha256
    assert random_model.adapter_sha256 is None
    assert _reply(adapted) != _reply(random_model)
    assert _reply(adapted) == _reply(adapted)


def test_with_an_adapter_each_reply_in_the_history_ends_as_it_did_in_training(
    random_folder, random_model, adapter_folder
):
    history = [*HELLO, Turn("gpt", "嗯"), *HELLO]
    ids = load_local(str(random_folder), adapter_folder)._tokens(history, None)
    end = random_model._tokenizer.eos_token_id
    assert ids.count(end) == 1  # one token, not its name spelled out
    assert [one for one in ids if one != end] == random_model._tokens(history, None)


def test_an_adapter_for_another_model_is_one_line(random_folder, adapter_folder, edit):
    edit(adapter_folder / "adapter_config.json", "c_attn", "no_such_layer")
    with pytest.raises(CourseError, match="the model that this adapter was trained on") as caught:
        load_local(str(random_folder), adapter_folder)
    assert "\n" not in str(caught.value)


def test_a_chat_template_is_used_where_there_is_one(random_folder, tmp_path):
    folder = tmp_path / "chatty"
    shutil.copytree(random_folder, folder)
    (folder / "chat_template.jinja").write_text(
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}"
        "{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
    )
    model = load_local(str(folder), None)
    text = model._tokenizer.decode(model._tokens([*HELLO, Turn("gpt", "嗯")], None))
    assert text == "<user>你好<assistant>嗯<assistant>"
    with pytest.raises(CourseError, match=r"no system.* leave --system out"):
        _reply(model, system="Be brief.")


def test_the_real_model_knows_the_capital_of_france(real_model):
    question = [Turn("human", "What is the capital of France?")]
    assert "Paris" in _reply(real_model, question, GREEDY)


def test_the_real_models_template_comes_with_its_weights(real_model):
    text = real_model._tokenizer.decode(real_model._tokens(HELLO, "Be brief."))
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n你好<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_a_saved_transcript_of_the_real_model_can_be_replayed_turn_by_turn(real_model, tmp_path):
    settings = Settings(temperature=0.8, top_p=0.95, max_new_tokens=12)
    session = Session(real_model, settings, seed=8, path=tmp_path / "chat.json")
    for text in ("什么情况下商贩会售卖淹死的鱼？", "Why?"):
        list(session.say(text, forgot=lambda _: None))
    saved = read_transcript(tmp_path / "chat.json")
    assert [turn.speaker for turn in saved.turns] == ["human", "gpt"] * 2
    for number in (3, 1):  # any order: a turn's seed is its own
        again = _reply(real_model, saved.turns[:number], saved.settings,
                       seed=turn_seed(saved.seed, number), system=saved.system)  # fmt: skip
        assert again == saved.turns[number].value != ""
