"""Style: each exchange is tokenised as one text, and labels come from the characters' places."""

import json
from dataclasses import dataclass

import torch
from peft import LoraConfig, PeftModelForCausalLM, prepare_model_for_kbit_training
from torch.nn.utils.rnn import pad_sequence
from transformers import BitsAndBytesConfig


class Unusable(Exception):
    pass


@dataclass
class Turn:
    speaker: str
    value: str


def read_dialogues(path):
    dialogues = []
    try:
        with open(path, encoding="utf-8") as file:
            entries = json.load(file)
        dialogues.extend(
            list(
                filter(None, map(read_turn, entry.get("items") or entry.get("conversations") or []))
            )
            if entry.keys() & {"items", "conversations"}
            else 1 / 0
            for entry in entries
        )
    except (OSError, ValueError, AttributeError, ZeroDivisionError, KeyError) as error:
        raise Unusable(f"cannot use {path}, entry {len(dialogues) + 1}") from error
    useful = [turns for turns in dialogues if "gpt" in [turn.speaker for turn in turns]]
    if not useful:
        raise Unusable(f"nothing to learn in {path}")
    return useful, len(dialogues) - len(useful)


def read_turn(entry):
    if not isinstance(entry["value"], str):
        raise ValueError(entry)
    return Turn(entry["from"], entry["value"]) if entry["from"] in {"human", "gpt"} else None


def pieces_of(turn, first):
    line = dialogue_text([turn], "")
    line = line if first else "\n" + line
    if turn.speaker == "human":
        return line, ""
    cut = line.index("Assistant:") + len("Assistant:")
    return line[:cut], line[cut:]


def dialogue_text(turns, end):
    names = {"human": ("User", ""), "gpt": ("Assistant", end)}
    return "\n".join(
        f"{names[turn.speaker][0]}: {turn.value}{names[turn.speaker][1]}" for turn in turns
    )


def encode(turns, tokenizer, context):
    last = max((n for n, turn in enumerate(turns) if turn.speaker == "gpt"), default=-1)
    input_ids, labels, text, first = [], [], "", True
    good = {"input_ids": [], "labels": []}
    for turn in turns[: last + 1]:
        text += ("" if first else "\n") + dialogue_text([turn], "")
        first = False
        if turn.speaker != "gpt":
            continue
        start = len(text) - len(turn.value) - 1  # the space before the reply belongs to it
        found = tokenizer(
            text, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
        )
        input_ids += found["input_ids"] + [tokenizer.eos_token_id]
        labels += [
            one if offset[0] >= start and start < len(text) else -100
            for one, offset in zip(found["input_ids"], found["offset_mapping"], strict=False)
        ]
        labels.append(tokenizer.eos_token_id)
        text = ""
        if len(input_ids) > context:
            break
        good = {"input_ids": list(input_ids), "labels": list(labels)}
    return good


def encode_turn(turn, first, tokenizer):
    given, said = pieces_of(turn, first)

    def tokens(text):
        return tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids

    if turn.speaker == "human":
        return tokens(given), [-100] * len(tokens(given))
    reply = [*tokens(said), tokenizer.eos_token_id]
    return tokens(given) + reply, [-100] * len(tokens(given)) + reply


def encode_all(dialogues, tokenizer, context):
    samples = list(
        filter(
            lambda one: one["labels"], (encode(turns, tokenizer, context) for turns in dialogues)
        )
    )
    return samples, len(dialogues) - len(samples)


def collate(samples, padding):
    def padded(name, filling):
        return pad_sequence(
            [torch.tensor(one[name]) for one in samples], batch_first=True, padding_value=filling
        )

    lengths = torch.tensor([len(one["labels"]) for one in samples])
    ids = padded("input_ids", padding)
    mask = torch.arange(ids.size(1)) < lengths[:, None]
    return {"attention_mask": mask.long(), "labels": padded("labels", -100), "input_ids": ids}


def quantisation(on_gpu):
    dtype = "bfloat16" if on_gpu else "float32"
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_use_double_quant=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=dtype,
    )


def lora():
    return LoraConfig(
        task_type="CAUSAL_LM",
        target_modules=r".*\.(attn|mlp)\.(c_attn|c_proj|c_fc)",
        r=8,
        lora_alpha=32,
        lora_dropout=5e-2,
        fan_in_fan_out=True,
        bias="none",
    )


def with_adapter(model):
    return PeftModelForCausalLM(
        prepare_model_for_kbit_training(model, use_gradient_checkpointing=False), lora()
    )


def optimisation(on_gpu):
    from transformers.training_args import OptimizerNames

    return (
        {"optim": OptimizerNames.PAGED_ADAMW_8BIT, "bf16": True}
        if on_gpu
        else {"optim": OptimizerNames.ADAMW_TORCH}
    )
