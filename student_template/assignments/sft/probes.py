"""The graded tests' way into a submission: data in, calls of the student's code, tensors out.

Each probe runs where the student's code runs. Its first argument is the student's module
supervised_fine_tuning; chat.py is imported from the same folder. A turn comes as a pair of speaker
and value, a tokenizer as the bytes of its tokenizer.json, a model as its configuration and weights.
Text goes back as the code points of its characters, several texts with a zero behind each.
"""

import contextlib
import functools
import re
import tempfile
from pathlib import Path

import torch

from assignments.sft.standins import pieces_known, replaced, tokens_known

END_OF_TEXT = "<|endoftext|>"
LORA = re.compile(r"(?:base_model\.model\.)?(.+)\.lora_([AB])\.\w+\.weight")


def points(text):
    return torch.tensor([ord(letter) for letter in text], dtype=torch.int64)


def several(texts):
    return points("".join(f"{text}\0" for text in texts))


def whole(numbers):
    """A list of integers or a tensor of them, (n,)."""
    return torch.as_tensor(numbers, dtype=torch.int64).reshape(-1)


def turns_of(student, pairs):
    return [student.Turn(*pair) for pair in pairs]


@functools.cache
def tokenizer_of(data):
    """As transformers would load it; it has no token for padding, as GPT-2's has none."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer.from_str(data.decode("utf-8"))
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token=END_OF_TEXT)


def gpt2(config, weights):
    """Hugging Face's GPT-2 in the weights' own precision."""
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(GPT2Config(**config))
    model.load_state_dict(weights, strict=False, assign=True)
    model.tie_weights()
    return model.eval()


# ------------------------------------------------------------------ text


def read(student, *, data):
    """What is read from a file of these bytes: turn by turn, dialogues apart, and the skipped."""
    with written(data) as path:
        dialogues, skipped = student.read_dialogues(path)
    said = [f"{turn.speaker}: {turn.value}" for turns in dialogues for turn in (*turns, END)]
    return {"dialogues": several(said), "skipped": torch.tensor(int(skipped))}


class END:
    """Marks the end of a dialogue."""

    speaker, value = "end", ""


def refused(student, *, files):
    """The messages with which files of these bytes are refused; "" where one is accepted."""
    return {"messages": several(refusal(student, data) for data in files)}


def refusal(student, data):
    with written(data) as path:
        try:
            student.read_dialogues(path)
        except student.Unusable as error:
            return str(error).replace(str(path.parent), "")
    return ""


@contextlib.contextmanager
def written(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dialogues.json"
        path.write_bytes(data)
        yield path


def text(student, *, dialogues, end):
    own = [turns_of(student, one) for one in dialogues]
    pieces = [piece for turns in own for number, turn in enumerate(turns)
              for piece in student.pieces_of(turn, number == 0)]  # fmt: skip
    return {
        "texts": several(student.dialogue_text(one, end) for one in own),
        "pieces": several(pieces),
    }


# ------------------------------------------------------------------ labels


def encoded(student, *, dialogues, tokenizer, context, pieces):
    """Ids and labels of each dialogue, `ids.0`, `labels.0` and so on."""
    outputs = {}
    with replaced(student, pieces_of=pieces_known(student, pieces)):
        for number, turns in enumerate(dialogues):
            sample = student.encode(turns_of(student, turns), tokenizer_of(tokenizer), context)
            outputs[f"ids.{number}"] = whole(sample["input_ids"])
            outputs[f"labels.{number}"] = whole(sample["labels"])
    return outputs


def encoded_together(student, *, dialogues, tokenizer, context, pieces):
    """All samples end to end, how long each is, and how many dialogues were skipped."""
    turns = [turns_of(student, one) for one in dialogues]
    with replaced(student, pieces_of=pieces_known(student, pieces)):
        samples, skipped = student.encode_all(turns, tokenizer_of(tokenizer), context)
    return {
        "ids": whole([one for sample in samples for one in sample["input_ids"]]),
        "lengths": whole([len(sample["input_ids"]) for sample in samples]),
        "skipped": torch.tensor(int(skipped)),
    }


# ------------------------------------------------------------------ collator


def collated(student, *, samples, padding):
    batch = student.collate(samples, padding)
    return {name: batch[name] for name in ("input_ids", "labels", "attention_mask")}


# ------------------------------------------------------------------ config


def quantisation(student, *, on_gpu):
    config = student.quantisation(on_gpu)
    return {
        "four_bits": torch.tensor(config.load_in_4bit),
        "kind": points(config.bnb_4bit_quant_type),
        "double": torch.tensor(config.bnb_4bit_use_double_quant),
        "dtype": points(str(config.bnb_4bit_compute_dtype).removeprefix("torch.")),
    }


def lora(student):
    config = student.lora()
    return {
        "rank": torch.tensor(config.r),
        "alpha": torch.tensor(config.lora_alpha),
        "dropout": torch.tensor(config.lora_dropout, dtype=torch.float64),
        "fan_in_fan_out": torch.tensor(config.fan_in_fan_out),
    }


def optimisation(student, *, on_gpu):
    settings = student.optimisation(on_gpu)
    name = settings["optim"]
    return {
        "optimiser": points(getattr(name, "value", name)),
        "bf16": torch.tensor(bool(settings.get("bf16", False))),
    }


def adapted(student, *, config, weights, input_ids):
    """The logits of a base with a fresh adapter, what of it learns, and what is not in float32."""
    model = student.with_adapter(gpt2(config, weights)).eval()
    named = dict(model.named_parameters())
    with torch.no_grad():
        logits = model(input_ids=input_ids).logits
    return {
        "logits": logits,
        "learning": several(sorted(plain(name) for name in named if named[name].requires_grad)),
        "narrow": several(name for name in named if named[name].dtype != torch.float32),
    }


def plain(name):
    """A parameter's name in the base, or the layer's with `A` or `B` behind it."""
    found = LORA.fullmatch(name)
    return f"{found[1]} {found[2]}" if found else name.replace("base_model.model.", "")


def learnt(student, *, config, weights, a, input_ids, labels, rate):
    """Two steps of plain gradient descent from matrices A, by name of the layer: loss and
    gradients of each. Dropout is off. Whatever has a gradient is in it, the base's parts too.
    """
    model, outputs = student.with_adapter(gpt2(config, weights)).eval(), {}
    named = {plain(name): parameter for name, parameter in model.named_parameters()}
    for layer, matrix in a.items():
        named[f"{layer} A"].data.copy_(matrix)
    for step in ("first", "second"):
        loss = model(input_ids=input_ids, labels=labels).loss
        loss.backward()
        outputs[f"{step} loss"] = loss
        for name, parameter in named.items():
            if parameter.grad is not None:
                outputs[f"{step} {name}"] = parameter.grad.clone()
                parameter.data -= rate * parameter.grad
                parameter.grad = None
    return outputs


# ------------------------------------------------------------------ chat


@contextlib.contextmanager
def chatting(student, known):
    """chat.py, with tokens for the turns that the test knows."""
    import chat

    parts = {"encode_turn": tokens_known(student, known)}
    with replaced(student, **parts), replaced(chat, **parts):
        yield chat


def prompts(student, *, histories, tokenizer, rooms, known):
    """The prompt of each history within its room, `prompt.0` and so on."""
    outputs = {}
    with chatting(student, known) as chat:
        for number, (pairs, room) in enumerate(zip(histories, rooms, strict=True)):
            ids = chat.prompt_of(turns_of(student, pairs), tokenizer_of(tokenizer), room)
            outputs[f"prompt.{number}"] = whole(ids)
    return outputs


def replies(student, *, config, weights, tokenizer, turns, settings, seeds, known):
    """A reply for each seed."""
    model, own = gpt2(config, weights), turns_of(student, turns)
    with chatting(student, known) as chat, torch.no_grad():
        said = [
            chat.reply_to(list(own), model, tokenizer_of(tokenizer), dict(settings), seed)
            for seed in seeds
        ]
    return {"replies": several(said)}


def too_long(student, *, config, weights, tokenizer, turns, settings, known):
    """With what words the conversation is refused; none if there is a reply."""
    model, own = gpt2(config, weights), turns_of(student, turns)
    with chatting(student, known) as chat, torch.no_grad():
        try:
            chat.reply_to(own, model, tokenizer_of(tokenizer), dict(settings), 0)
        except student.Unusable as refusal:
            return {"message": points(str(refusal))}
    return {"message": points("")}
