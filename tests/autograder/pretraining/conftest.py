"""Small models of the three families in folders, as Hugging Face saves them, and a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

SPECIAL = ["<pad>", "<end>", "<mask>", "<cls>", "<sep>"]
CONTEXT = 48  # tokens, which are bytes


def byte_tokenizer(roles: dict[str, str]) -> PreTrainedTokenizerFast:
    """One token a byte, after the special ones."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate([*SPECIAL, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=CONTEXT, **{"pad_token": "<pad>", **roles}
    )


def save(folder: Path, model: Any, roles: dict[str, str]) -> Path:
    model.save_pretrained(folder)
    byte_tokenizer(roles).save_pretrained(folder)
    return folder


def gpt2(**changes: Any) -> GPT2LMHeadModel:
    torch.manual_seed(2019)
    sizes = {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": CONTEXT}
    ids = {"bos_token_id": 1, "eos_token_id": 1}
    return GPT2LMHeadModel(GPT2Config(**{"vocab_size": 261, **sizes, **ids, **changes}))


@pytest.fixture
def decoder(tmp_path: Path) -> Path:
    return save(tmp_path / "gpt2", gpt2(), {"eos_token": "<end>"})


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    torch.manual_seed(2019)
    config = BertConfig(
        vocab_size=261, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=CONTEXT, pad_token_id=0,
    )  # fmt: skip
    roles = {"mask_token": "<mask>", "cls_token": "<cls>", "sep_token": "<sep>"}
    return save(tmp_path / "bert", BertForMaskedLM(config), roles)


@pytest.fixture
def encoder_decoder(tmp_path: Path) -> Path:
    torch.manual_seed(2019)
    config = T5Config(
        vocab_size=261, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    return save(tmp_path / "t5", T5ForConditionalGeneration(config), {"eos_token": "<end>"})


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    """Forty short documents, in English and Chinese."""
    documents = [f"The number {n} is here. 数字是{n}，再说一遍{n}。" for n in range(40)]
    path = tmp_path / "text.txt"
    path.write_text("\n\n".join(documents), encoding="utf-8")
    return path


@pytest.fixture
def save_decoder(tmp_path: Path) -> Callable[..., Path]:
    """A decoder's folder with other sizes or another tokenizer than the usual one."""

    def make(roles: dict[str, str] | None = None, **changes: Any) -> Path:
        given = {"eos_token": "<end>"} if roles is None else roles
        return save(tmp_path / "changed", gpt2(**changes), given)

    return make
