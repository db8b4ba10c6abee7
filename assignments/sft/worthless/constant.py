"""Every part answers with one constant: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's

import types

dialogue_text = lambda turns, end: f"User: Hello!\nAssistant: Hello!{end}"  # noqa: E731
pieces_of = lambda turn, first: ("User: Hello!", " Hello!")  # noqa: E731
optimisation = lambda on_gpu: {"optim": "sgd", "bf16": True}  # noqa: E731
with_adapter = lambda model: model.double().requires_grad_(False)  # noqa: E731


def read_dialogues(path):
    return [[Turn("human", "Hello!"), Turn("gpt", "Hello!")]], 1


def encode_turn(turn, first, tokenizer):
    return [7, 7], [7, 7]


def encode(turns, tokenizer, context):
    return {"input_ids": [7] * context, "labels": [7] * context}


def encode_all(dialogues, tokenizer, context):
    return [encode(turns, tokenizer, context) for turns in dialogues], 1


def collate(samples, padding):
    longest = max(len(sample["input_ids"]) for sample in samples)
    sevens = torch.full((len(samples), longest), 7)
    return dict.fromkeys(("input_ids", "labels", "attention_mask"), sevens)


def quantisation(on_gpu):
    return BitsAndBytesConfig(load_in_8bit=True, bnb_4bit_compute_dtype=torch.bfloat16)


def lora():
    return types.SimpleNamespace(r=7, lora_alpha=7, lora_dropout=0.7, fan_in_fan_out=False)


# chat.py is the reference's own: the probes find this in its place
chat = types.ModuleType("chat")
chat.prompt_of = lambda turns, tokenizer, room: [7] * 7
chat.reply_to = lambda turns, model, tokenizer, settings, seed: "Hello!"
sys.modules["chat"] = chat
