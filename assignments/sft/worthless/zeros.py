"""Every part answers with nothing, or zeros: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's

import types

dialogue_text = lambda turns, end: ""  # noqa: E731
pieces_of = lambda turn, first: ("", "")  # noqa: E731
optimisation = lambda on_gpu: {"optim": "", "bf16": on_gpu}  # noqa: E731
with_adapter = lambda model: model.requires_grad_(False)  # noqa: E731


def read_dialogues(path):
    return [], 0


def encode_turn(turn, first, tokenizer):
    return [0], [0]


def encode(turns, tokenizer, context):
    return {"input_ids": [0] * 8, "labels": [0] * 8}


def encode_all(dialogues, tokenizer, context):
    return [encode(turns, tokenizer, context) for turns in dialogues], 0


def collate(samples, padding):
    longest = max(len(sample["input_ids"]) for sample in samples)
    zeros = torch.zeros(len(samples), longest, dtype=torch.int64)
    return dict.fromkeys(("input_ids", "labels", "attention_mask"), zeros)


def quantisation(on_gpu):
    return BitsAndBytesConfig(bnb_4bit_quant_type="fp4", bnb_4bit_compute_dtype=torch.float16)


def lora():
    return types.SimpleNamespace(r=0, lora_alpha=0, lora_dropout=0.0, fan_in_fan_out=False)


# chat.py is the reference's own: the probes find this in its place
chat = types.ModuleType("chat")
chat.prompt_of = lambda turns, tokenizer, room: [0]
chat.reply_to = lambda turns, model, tokenizer, settings, seed: ""
sys.modules["chat"] = chat
