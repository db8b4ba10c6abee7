"""answers.json as it was handed in: strictly read, or a verdict that says what is wrong with it.

It is data from a student. Whatever it holds, this ends in a Form or in Wrong, after bounded work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from autograder.grading.compare import Wrong
from autograder.models.embeddings import EMBEDDINGS
from tests.word_arithmetic.trusted import Malformed, Term, read_equation

FILE = "answers.json"
MAX_TEXT = 100  # characters of an equation
MAX_ENTRIES = 50  # for the six equations
MAX_SHOWN = 40  # characters of a student's text in a verdict


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An equation and what the student says that it comes to; blank until it is filled in."""

    equation: str
    answer: str = ""
    similarity: float | None = None

    @property
    def is_blank(self) -> bool:
        return not self.answer.strip()


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a student hands in besides the code."""

    embedding: str
    equations: Annotated[tuple[Answer, ...], msgspec.Meta(max_length=MAX_ENTRIES)]
    own: tuple[Answer, ...] = ()


Key = tuple[tuple[str, int], ...]  # the terms of an equation in whatever order


def read_form(forms: Mapping[str, bytes]) -> Form:
    """The form handed in. Raises Wrong where there is none, or another thing in its place."""
    if FILE not in forms:
        raise Wrong(f"{FILE}: not handed in", f"{FILE}：没有提交")
    data = forms[FILE].removeprefix(b"\xef\xbb\xbf")
    try:
        form = msgspec.json.decode(data, type=Form)
        json.loads(data, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise _malformed(str(error)) from error
    if form.embedding not in EMBEDDINGS:
        known = ", ".join(EMBEDDINGS)
        name = shown(form.embedding)
        raise Wrong(
            f"{FILE}: “{name}” is no embedding that is known here (there are: {known})",
            f"{FILE}：没有名为“{name}”的词向量（可选：{known}）",
        )
    return form


def answer_to(form: Form, equation: str) -> Answer:
    """What the form says of one of the course's equations, found by its terms in any order."""
    wanted = key_of(read_equation(equation))
    found = [one for one in form.equations if _key(one.equation) == wanted]
    if not found:
        raise Wrong(f"{FILE}: no entry for {equation}", f"{FILE}：没有 {equation} 这一项")
    if len(found) > 1:
        raise Wrong(
            f"{FILE}: {len(found)} entries for {equation}", f"{FILE}：{equation} 出现了不止一次"
        )
    return found[0]


def terms_of(text: str) -> list[Term]:
    """The terms of an equation in the form. Raises Malformed for what is none, or too long."""
    if len(text) > MAX_TEXT:
        raise Malformed(text)
    return read_equation(text)


def shown(text: str, limit: int = MAX_SHOWN) -> str:
    """A student's text, fit for a verdict: short, on one line, printable."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)


def key_of(terms: list[Term]) -> Key:
    return tuple(sorted((term.word, term.sign) for term in terms))


def _key(text: str) -> Key | None:
    try:
        return key_of(terms_of(text))
    except Malformed:
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name!r} stands twice in one object")
    return dict(pairs)


def _malformed(reason: str) -> Wrong:
    told = shown(reason, 200)  # it may quote the student's text
    return Wrong(f"{FILE}: not of the form that was given out: {told}", f"{FILE}：格式不对：{told}")
