"""Word embeddings by name: the words of a vocabulary and their vectors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import torch
from torch import Tensor

from autograder.errors import CourseError
from autograder.models.store import locate
from autograder.models.word2vec import TABLE, TABLE_FILE, WORDS_FILE

WORD_VECTORS = "word-vectors"
EMBEDDINGS = (WORD_VECTORS, "bert-base-chinese", "minilm")

MAX_REASON = 200  # characters of a library's own words

_PIECE = "##"  # BERT's mark of a piece that continues a word
_UNUSED = re.compile(r"\[unused\d+\]")


@dataclass(frozen=True, eq=False)
class Embedding:
    """Words and their vectors; row i of `table` belongs to `words[i]`."""

    name: str
    words: tuple[str, ...]
    table: Tensor  # (words, width), float32

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}


def load_embedding(name: str = WORD_VECTORS, path: Path | None = None) -> Embedding:
    """An embedding of EMBEDDINGS, from `path` or from where `locate` finds it; read once.

    The table costs 50 MB for the word vectors, 31 MB for minilm, 65 MB for bert-base-chinese.
    Raises CourseError where it is missing.
    """
    return _load(name, _folder(name, path))


def tensors_file(name: str, path: Path | None = None) -> Path:
    """The safetensors file for a sandbox to map.

    That of the word vectors holds `table`, float16 (125796, 100), and lies beside words.txt.
    """
    return _folder(name, path) / (TABLE_FILE if name == WORD_VECTORS else "model.safetensors")


def _folder(name: str, path: Path | None) -> Path:
    if name not in EMBEDDINGS:
        raise CourseError(f"{name}: no such embedding. Do: choose from {', '.join(EMBEDDINGS)}")
    folder = locate(name, path)
    if not folder.is_dir():
        raise CourseError(f"{folder}: not a folder. Do: name the folder that holds {name}")
    return folder


@cache
def _load(name: str, folder: Path) -> Embedding:
    read = _word_vectors if name == WORD_VECTORS else _bert_type
    try:
        words, table = read(folder)
    except Exception as error:  # the libraries raise what they like at a damaged file
        raise _damaged(name, folder, f"{type(error).__name__}: {error}") from error
    if table.dim() != 2 or len(words) != len(table):
        raise _damaged(name, folder, f"{len(words)} words, vectors {tuple(table.shape)}")
    return Embedding(name, words, table)


def _damaged(name: str, folder: Path, why: str) -> CourseError:
    reason = " ".join(why.split())[:MAX_REASON]
    return CourseError(
        f"{folder}: damaged ({reason}). Do: remove the folder and run `autograder fetch {name}`"
    )


def _word_vectors(folder: Path) -> tuple[tuple[str, ...], Tensor]:
    from safetensors import safe_open

    with safe_open(folder / TABLE_FILE, "pt") as file:  # mapped, not read
        table = file.get_tensor(TABLE).float()
    text = (folder / WORDS_FILE).read_text(encoding="utf-8")
    return tuple(
        text.removesuffix("\n").split("\n")
    ), table  # a word may hold any other white space


def _bert_type(folder: Path) -> tuple[tuple[str, ...], Tensor]:
    """The input embeddings, without [CLS], [unused1] and their like."""
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()  # it takes no time
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    logging.enable_progress_bar()
    rows = _entries(tokenizer.get_vocab(), frozenset(tokenizer.all_special_tokens))
    table = model.get_input_embeddings().weight.detach().float()
    return tuple(rows), table[torch.tensor(list(rows.values()))]


def _entries(vocabulary: Mapping[str, int], special: frozenset[str]) -> dict[str, int]:
    """Each word and its row, by row. A piece `##x` is the entry `x` where no token is `x`."""
    entries = {}
    for token in sorted(vocabulary, key=vocabulary.__getitem__):
        word = token.removeprefix(_PIECE) or token
        hidden = word != token and word in vocabulary
        if not hidden and token not in special and not _UNUSED.fullmatch(token):
            entries[word] = vocabulary[token]
    return entries
