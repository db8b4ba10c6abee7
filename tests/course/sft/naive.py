"""What everybody would write first: one dialogue at a time, the base loaded anew, peft, generate.

The tests of the figures and the benchmark compare with it; nothing is graded by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from autograder.models.store import locate

NF4 = BitsAndBytesConfig(
    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
    bnb_4bit_compute_dtype=torch.float32,
)  # fmt: skip


class Naive:
    """A model with an adapter's folder on it, or without."""

    def __init__(self, adapter: Path | None = None, *, quantised: bool = False) -> None:
        folder = locate("tiny-gpt2")
        options = {"quantization_config": NF4} if quantised else {}
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **options)
        self.model = (PeftModel.from_pretrained(model, adapter) if adapter else model).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def loss(self, path: Path) -> float:
        """Nats a token of the assistant's."""
        total, count = 0.0, 0
        for entry in entries(path):
            ids, labels = self._encoded(turns_of(entry))
            with torch.no_grad():
                logits = self.model(input_ids=ids).logits[0, :-1]
            chosen = labels[0, 1:] != -100
            loss = torch.nn.functional.cross_entropy(logits[chosen], ids[0, 1:][chosen])
            total, count = total + loss.item() * int(chosen.sum()), count + int(chosen.sum())
        return total / count

    def text_loss(self, path: Path) -> float:
        """Nats a token of plain text, paragraph by paragraph."""
        total, count = 0.0, 0
        for paragraph in path.read_text(encoding="utf-8").strip().split("\n\n"):
            tokens = [*self.tokenizer(paragraph)["input_ids"], self.tokenizer.eos_token_id]
            ids = torch.tensor([tokens])
            with torch.no_grad():
                logits = self.model(input_ids=ids).logits[0, :-1]
            loss = torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum")
            total, count = total + loss.item(), count + len(tokens) - 1
        return total / count

    def reply(self, turns: Sequence[dict[str, str]], limit: int) -> tuple[str, bool]:
        """What is said next, and whether it ended by itself."""
        end = self.tokenizer.eos_token_id
        history = self._encoded(turns)[0]
        given = self.tokenizer("\nAssistant:", return_tensors="pt")["input_ids"]
        ids = torch.cat((history, given), dim=1)
        with torch.no_grad():
            out = self.model.generate(input_ids=ids, attention_mask=torch.ones_like(ids),
                                      max_new_tokens=limit, do_sample=False, eos_token_id=end,
                                      pad_token_id=end)[0, ids.size(1) :].tolist()  # fmt: skip
        return self.tokenizer.decode(out, skip_special_tokens=True), out[-1] == end

    def _encoded(self, turns: Sequence[dict[str, str]]) -> tuple[torch.Tensor, torch.Tensor]:
        ids: list[int] = []
        labels: list[int] = []
        for number, turn in enumerate(turns):
            start, value = "\n" if number else "", turn["value"]
            is_reply = turn["from"] == "gpt"
            given = f"{start}Assistant:" if is_reply else f"{start}User: {value}"
            before = self.tokenizer(given)["input_ids"]
            said = self.tokenizer(f" {value}")["input_ids"] if is_reply else []
            said += [self.tokenizer.eos_token_id] * is_reply
            ids += before + said
            labels += [-100] * len(before) + said
        return torch.tensor([ids]), torch.tensor([labels])


def entries(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8")))


def turns_of(entry: dict[str, Any]) -> list[dict[str, str]]:
    return list(entry.get("items") or entry["conversations"])


def replies(
    naive: Naive, chosen: Sequence[dict[str, Any]], limit: int
) -> Iterator[tuple[str, bool]]:
    """To the last human turn of each dialogue."""
    for entry in chosen:
        yield naive.reply(turns_of(entry)[:-1], limit)
