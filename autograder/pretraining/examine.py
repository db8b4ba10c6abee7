"""Measures a model against counting, and prints what came out with a few samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.course.assignment import Language
from autograder.errors import CourseError
from autograder.pretraining import ngrams
from autograder.pretraining.folder import Family, LanguageModel, load
from autograder.pretraining.losses import Piece, nats, pieces
from autograder.pretraining.samples import Said, samples
from autograder.pretraining.text import Text, read_text

ORDERS = {"unigram": 1, "bigram": 2, "trigram": 3}


@dataclass(frozen=True)
class Loss:
    """How much a text surprises something that predicts it."""

    token: float  # nats, mean
    byte: float  # nats, mean over the text's bytes: compares models with different tokenizers

    @property
    def perplexity(self) -> float:
        """Of a token: among so many equally likely ones it would be as lost."""
        return math.exp(min(self.token, 700))


@dataclass(frozen=True)
class Examination:
    """All that was measured."""

    name: str
    family: Family
    parameters: int
    vocabulary: int
    context: int  # tokens
    text: str
    tokens: int  # measured
    model: Loss
    baselines: dict[str, Loss]  # on the same tokens
    unknown: float  # share of the tokens measured that stand for what the tokenizer lacks
    samples: tuple[Said, ...]

    @property
    def learned(self) -> bool:
        """Whether it knows more than which token often follows which."""
        return self.model.token < self.baselines["bigram"].token


def examine(folder: Path, lang: Language, text: Path | None = None) -> int:
    """Prints the examination; exit code 1 for a model that counting pairs of tokens beats."""
    found = measure(load(folder), read_text(text))
    console = Console(highlight=False)
    for line in _report(found, lang):
        console.print(line, markup=False) if isinstance(line, str) else console.print(line)
    return int(not found.learned)


def measure(language_model: LanguageModel, text: Text) -> Examination:
    """Raises CourseError if there is nothing to measure, or the loss is no number."""
    chosen = list(pieces(language_model, text.held_out))
    if not chosen:
        raise CourseError(f"{text.name}: its held-out part has no token. Do: give a longer text")
    found = [(piece, one.numpy()) for piece, one in _with_bar(language_model, chosen)]
    losses = np.concatenate([one for _, one in found])
    if not np.isfinite(losses).all():
        raise CourseError(
            f"{language_model.name}: its loss is not a finite number. "
            "Do: look for NaN in the weights"
        )
    predicted = [token for piece, _ in found for token in piece.ids[piece.first :]]
    size = sum(_bytes(language_model, piece) for piece, _ in found)
    unknown = language_model.tokenizer.unk_token_id
    special = set(language_model.tokenizer.all_special_ids)
    return Examination(
        name=language_model.name,
        family=language_model.family,
        parameters=language_model.parameters,
        vocabulary=len(language_model.tokenizer),
        context=language_model.context,
        text=text.name,
        tokens=len(losses),
        model=Loss(float(losses.mean()), float(losses.sum()) / size),
        baselines=_baselines(language_model, text.train, [piece for piece, _ in found], size),
        unknown=sum(token == unknown for token in predicted) / len(predicted)
        if unknown in special else 0.0,
        samples=tuple(samples(language_model, chosen)),
    )  # fmt: skip


def _baselines(
    language_model: LanguageModel, train: Sequence[str], chosen: Sequence[Piece], size: int
) -> dict[str, Loss]:
    start = [] if language_model.start is None else [language_model.start]
    counted = [[*start, *language_model.tokens(document)] for document in train]
    found = {}
    for name, order in ORDERS.items():
        model = ngrams.count(
            counted, language_model.model.get_input_embeddings().num_embeddings, order
        )
        losses = np.concatenate([model.nats(one.ids)[one.first - 1 :] for one in chosen])
        found[name] = Loss(float(losses.mean()), float(losses.sum()) / size)
    return found


def _bytes(language_model: LanguageModel, piece: Piece) -> int:
    return len(language_model.tokenizer.decode(piece.ids[piece.first :]).encode())


def _with_bar(
    language_model: LanguageModel, chosen: Sequence[Piece]
) -> Iterator[tuple[Piece, torch.Tensor]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(nats(language_model, chosen), len(chosen), description="…")


def _report(found: Examination, lang: Language) -> Iterator[str | Table]:
    english = lang == "en"
    yield (
        f"{found.name} ({found.family}): {found.parameters:,} parameters, "
        f"{found.vocabulary:,} tokens, context {found.context}"
        if english else
        f"{found.name}（{found.family}）：{found.parameters:,} 个参数，"
        f"词表 {found.vocabulary:,}，上下文 {found.context}"
    )  # fmt: skip
    yield (
        f"on {found.tokens:,} tokens of the held-out part of {found.text}:" if english
        else f"在 {found.text} 留出部分的 {found.tokens:,} 个 token 上："
    )  # fmt: skip
    yield _table(found, english)
    yield from _remarks(found, english)
    for one in found.samples:
        yield ""
        yield f"  {one.given} ▸"
        yield f"    {'model' if english else '模型'}: {one.said}"
        yield f"    {'text' if english else '原文'}: {one.truth}"


def _table(found: Examination, english: bool) -> Table:
    table = Table(box=None, padding=(0, 2))
    heads = (
        ("", "nats/token", "perplexity", "nats/byte")
        if english
        else ("", "每 token 损失", "困惑度", "每字节损失")
    )
    for head in heads:
        table.add_column(head, justify="right" if head else "left")
    for name, loss in (*found.baselines.items(), ("model" if english else "模型", found.model)):
        table.add_row(name, f"{loss.token:.3f}", f"{loss.perplexity:,.1f}", f"{loss.byte:.3f}")
    return table


def _remarks(found: Examination, english: bool) -> Iterator[str]:
    if found.family == "encoder":
        yield (
            "A pseudo-loss: an encoder sees both sides of the token it guesses; n-grams see one."
            if english else "这是伪损失：编码器猜一个 token 时看得见左右两边，n-gram 只看一边。"
        )  # fmt: skip
    if found.family == "encoder-decoder":
        yield (
            "The loss is that of the second half of each text, given the first."
            if english else "损失是在给出前半段之后，后半段的损失。"
        )  # fmt: skip
    if found.unknown:
        yield (
            f"{found.unknown:.1%} of the tokens are “unknown”, which is cheap to predict: "
            "don't compare with other tokenizers." if english
            else f"{found.unknown:.1%} 的 token 是“未知”，很容易猜，不要和别的分词器比较。"
        )  # fmt: skip
    if found.learned:
        yield "It beats counting pairs. ✓" if english else "比数词对强。✓"
    else:
        yield (
            "Counting pairs of tokens does as well: train longer, or look for a mistake."
            if english else "数一数词对就能做到这么好：再训练一会儿，或者找找错在哪里。"
        )  # fmt: skip
