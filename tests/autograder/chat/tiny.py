"""A tiny GPT-2 in a folder, as Hugging Face saves it: reads bytes, and knows at most one text."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

CONTEXT = 128  # tokens, which are bytes
END = "<|endoftext|>"


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """One token a byte, so that every Chinese character takes three."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END)


def save_tiny(folder: Path, *, text: str | None = None) -> Path:
    """Saves a model to `folder`: a random one, or one that has learned `text` by heart."""
    tokenizer = tiny_tokenizer()
    torch.manual_seed(2019)
    sizes = {"n_embd": 48, "n_layer": 1, "n_head": 4, "n_positions": CONTEXT}
    config = GPT2Config(vocab_size=len(tokenizer), bos_token_id=256, eos_token_id=256, **sizes)
    model = GPT2LMHeadModel(config)
    if text:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # more would wait for each other, on so small a model
        _learn(model, torch.tensor([tokenizer(text)["input_ids"]]))
        torch.set_num_threads(threads)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _learn(model: GPT2LMHeadModel, ids: torch.Tensor) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(200):
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if loss < 0.01:
            return
    raise AssertionError(f"not learned: loss {loss:.3f}")
