"""Every part hands on what it was given: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's

import types

optimisation = lambda on_gpu: {"optim": "adamw", "bf16": not on_gpu}  # noqa: E731
with_adapter = lambda model: model  # noqa: E731


def read_dialogues(path):
    return [[Turn("gpt", Path(path).read_text(encoding="utf-8", errors="replace"))]], 0


def pieces_of(turn, first):
    return turn.value, ""


def dialogue_text(turns, end):
    return "\n".join(turn.value for turn in turns)


def encode_turn(turn, first, tokenizer):
    ids = tokens_of(turn.value, tokenizer)
    return ids, ids


def encode(turns, tokenizer, context):
    ids = tokens_of("\n".join(turn.value for turn in turns), tokenizer)
    return {"input_ids": ids, "labels": ids}


def encode_all(dialogues, tokenizer, context):
    return [encode(turns, tokenizer, context) for turns in dialogues], 0


def collate(samples, padding):
    shortest = min(len(sample["input_ids"]) for sample in samples)
    rows = torch.tensor([[*sample["input_ids"][:shortest], padding] for sample in samples])
    return dict.fromkeys(("input_ids", "labels", "attention_mask"), rows)


def quantisation(on_gpu):
    return BitsAndBytesConfig()


def lora():
    return types.SimpleNamespace(r=1, lora_alpha=1, lora_dropout=0.0, fan_in_fan_out=False)


# chat.py is the reference's own: the probes find this in its place
chat = types.ModuleType("chat")
chat.prompt_of = lambda turns, tokenizer, room: tokens_of(turns[-1].value, tokenizer)
chat.reply_to = lambda turns, model, tokenizer, settings, seed: turns[-1].value
sys.modules["chat"] = chat
