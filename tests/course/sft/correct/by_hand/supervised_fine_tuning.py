"""Style: tensors from the start, loops by hand, the text form written out in one place."""

import json
import pathlib

import peft
import torch
import transformers


class Unusable(Exception): ...


class Turn:
    def __init__(self, speaker, value):
        self.speaker, self.value = speaker, value


def turns_of(entry):
    for key in ("items", "conversations"):
        if key in entry:
            return [
                Turn(t["from"], t["value"])
                for t in entry[key]
                if t["from"] == "human" or t["from"] == "gpt"
            ]
    raise Unusable("no turns")


def read_dialogues(path):
    dialogues = []
    try:
        for entry in json.loads(pathlib.Path(path).read_bytes().decode()):
            turns = turns_of(entry)
            assert all(isinstance(turn.value, str) for turn in turns)
            dialogues.append(turns)
        assert any(turn.speaker == "gpt" for turns in dialogues for turn in turns)
    except (Unusable, ValueError, TypeError, KeyError, AssertionError, OSError):
        raise Unusable(f"of no use from dialogue {len(dialogues) + 1} on") from None
    kept, skipped = [], 0
    for turns in dialogues:
        if [t for t in turns if t.speaker == "gpt"]:
            kept.append(turns)
        else:
            skipped += 1
    return kept, skipped


def pieces_of(turn, first):
    opening = ["\n", ""][bool(first)]
    return (
        (opening + "User: " + turn.value, "")
        if turn.speaker == "human"
        else (opening + "Assistant:", " " + turn.value)
    )


def dialogue_text(turns, end):
    out = []
    for i, turn in enumerate(turns):
        given, said = pieces_of(turn, i == 0)
        out += [given, said]
        if turn.speaker == "gpt":
            out.append(end)
    return "".join(out)


def tokens_of(text, tokenizer):
    return torch.tensor(
        tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"],
        dtype=torch.long,
    )


def encode_turn(turn, first, tokenizer):
    given, said = (tokens_of(piece, tokenizer) for piece in pieces_of(turn, first))
    if turn.speaker == "gpt":
        said = torch.cat((said, torch.tensor([tokenizer.eos_token_id])))
    ids = torch.cat((given, said))
    labels = ids.clone()
    labels[: len(given)] = -100
    return ids, labels


def encode(turns, tokenizer, context):
    parts = [encode_turn(turn, i == 0, tokenizer) for i, turn in enumerate(turns)]
    while parts and (
        turns[len(parts) - 1].speaker == "human" or sum(len(ids) for ids, _ in parts) > context
    ):
        parts.pop()
    empty = torch.zeros(0, dtype=torch.long)
    return {
        "input_ids": torch.cat([empty, *(ids for ids, _ in parts)]).tolist(),
        "labels": torch.cat([empty, *(labels for _, labels in parts)]).tolist(),
    }


def encode_all(dialogues, tokenizer, context):
    samples = []
    for turns in dialogues:
        sample = encode(turns, tokenizer, context)
        if len(sample["input_ids"]) > 0:
            samples.append(sample)
    return samples, len(dialogues) - len(samples)


def collate(samples, padding):
    b, t = len(samples), max(len(s["labels"]) for s in samples)
    ids = torch.full((b, t), padding)
    labels = torch.full((b, t), -100)
    mask = torch.zeros(b, t, dtype=torch.long)
    for row, s in enumerate(samples):
        n = len(s["input_ids"])
        ids[row, :n] = torch.as_tensor(s["input_ids"])
        labels[row, :n] = torch.as_tensor(s["labels"])
        mask[row, :n] = 1
    return {"input_ids": ids, "labels": labels, "attention_mask": mask}


def quantisation(on_gpu):
    config = transformers.BitsAndBytesConfig(load_in_4bit=True)
    config.bnb_4bit_quant_type = "nf4"
    config.bnb_4bit_use_double_quant = True
    config.bnb_4bit_compute_dtype = {True: torch.bfloat16, False: torch.float32}[on_gpu]
    return config


def lora():
    return peft.LoraConfig(
        r=8,
        target_modules={"c_fc", "c_proj", "c_attn"},
        lora_alpha=32,
        lora_dropout=0.05,
        fan_in_fan_out=True,
    )


def with_adapter(model):
    for parameter in model.parameters():
        parameter.requires_grad = False
    model = peft.prepare_model_for_kbit_training(model)
    return peft.get_peft_model(model, lora())


def optimisation(on_gpu):
    if on_gpu:
        return {"bf16": True, "optim": "paged_adamw_8bit"}
    return {"bf16": False, "optim": "adamw_torch"}
