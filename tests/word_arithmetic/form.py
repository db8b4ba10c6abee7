"""answers.json as it was handed in: read once, and each entry of it by itself.

It is data from a student. Whatever it holds, this ends in a Form or in Wrong, after bounded work;
what is wrong with one entry is kept as its Flaw, and costs nothing but that entry.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.grading.compare import Wrong
from autograder.models.embeddings import EMBEDDINGS, WORD_VECTORS
from tests.word_arithmetic.trusted import Malformed, Term, is_usable, read_equation

FILE = "answers.json"
FIELDS = ("equation", "answer", "similarity")  # of an entry
MAX_TEXT = 100  # characters of an equation
MAX_ENTRIES = 50  # for the six equations
MAX_SHOWN = 40  # characters of a student's text in a verdict


@dataclass(frozen=True)
class Flaw:
    """What is wrong with an entry, in both languages."""

    en: str
    zh: str

    def wrong(self, prefix: str = "") -> Wrong:
        return Wrong(prefix + self.en, prefix + self.zh)


@dataclass(frozen=True)
class Answer:
    """An equation and what the student says that it comes to; blank until it is filled in."""

    equation: str = ""
    answer: str = ""
    similarity: float | Flaw | None = None
    flaw: Flaw | None = None  # of the entry as a whole

    @property
    def is_blank(self) -> bool:
        return not (self.answer.strip() or self.flaw)


@dataclass(frozen=True)
class Form:
    """What a student hands in besides the code."""

    embedding: str
    equations: tuple[Answer, ...]
    own: tuple[Answer, ...]


class _Twice:
    """Stands for the values of a name that occurs twice in one object."""


Key = tuple[tuple[str, int], ...]  # the terms of an equation in whatever order


def read_form(forms: Mapping[str, bytes]) -> Form:
    """The form handed in. Raises Wrong where there is none, or no embedding to judge it by."""
    if FILE not in forms:
        raise Wrong(f"{FILE}: not handed in", f"{FILE}：没有提交")
    form = _decoded(forms[FILE])
    name = shown(form.embedding)
    if form.embedding not in EMBEDDINGS:
        known = ", ".join(EMBEDDINGS)
        raise Wrong(
            f"{FILE}: “{name}” is no embedding that is known here (there are: {known})",
            f"{FILE}：没有名为“{name}”的词向量（可选：{known}）",
        )
    if form.embedding != WORD_VECTORS and not is_usable(form.embedding):
        raise Wrong(
            f"{FILE}: this grader has no {name}; ask for it, or use {WORD_VECTORS} "
            f"(on a machine of your own: autograder fetch {name})",
            f"{FILE}：评分用的机器上没有 {name}；请向老师要，或者改用 {WORD_VECTORS}"
            f"（在自己的机器上可以运行 autograder fetch {name}）",
        )
    return form


def answer_to(form: Form, equation: str) -> Answer:
    """What the form says of one of the course's equations, found by its terms in any order."""
    wanted = key_of(read_equation(equation))
    found = [one for one in form.equations if _key(one.equation) == wanted]
    if not found:
        flaw = next((one.flaw for one in form.equations if one.flaw and not one.equation), None)
        why = Flaw(f"; {flaw.en}", f"；{flaw.zh}") if flaw else Flaw("", "")
        raise Wrong(f"{FILE}: no entry for {equation}{why.en}",
                    f"{FILE}：没有 {equation} 这一项{why.zh}")  # fmt: skip
    if len(found) > 1:
        raise Wrong(
            f"{FILE}: {len(found)} entries for {equation}", f"{FILE}：{equation} 出现了不止一次"
        )
    if found[0].flaw:
        raise found[0].flaw.wrong(f"{FILE}: ")
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


@functools.lru_cache(maxsize=1)  # seven tests ask for the same one
def _decoded(data: bytes) -> Form:
    try:
        values = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object,
                            parse_int=float, parse_float=float)  # fmt: skip
    except json.JSONDecodeError as error:
        raise _no_json(error) from None
    except UnicodeDecodeError:
        raise Wrong(
            f"{FILE}: not UTF-8. Do: save it as UTF-8",
            f"{FILE}：不是 UTF-8 编码，请另存为 UTF-8",
        ) from None
    except RecursionError:
        raise Wrong(f"{FILE}: nested too deeply", f"{FILE}：嵌套太深") from None
    embedding = values.get("embedding") if isinstance(values, dict) else None
    if not isinstance(embedding, str):
        raise Wrong(
            f'{FILE}: no "embedding": "…" in it. Do: begin again with the form that was given out',
            f'{FILE}：缺少 "embedding": "…"。请从发下来的表格重新开始',
        )
    equations = _entries("equations", values.get("equations", []))
    return Form(embedding, equations[:MAX_ENTRIES], _entries("own", values.get("own", [])))


def _no_json(error: json.JSONDecodeError) -> Wrong:
    line, column = error.lineno, error.colno
    return Wrong(
        f"{FILE}: line {line}, column {column}: no JSON ({error.msg}). Do: look there, and just "
        "before, for a comma, a quote or a bracket that is missing or too many",
        f"{FILE}：第 {line} 行第 {column} 列不是 JSON（{error.msg}）。"
        "请看看那里和它前面，是不是少了或多了逗号、引号、括号",
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        values[name] = _Twice() if name in values else value
    return values


def _entries(name: str, value: Any) -> tuple[Answer, ...]:
    if not isinstance(value, list):
        return (Answer(flaw=Flaw(f'"{name}" is no list [ … ]', f'"{name}" 不是列表 [ … ]')),)
    return tuple(_entry(f"{name} {place}", one) for place, one in enumerate(value, start=1))


def _entry(place: str, value: Any) -> Answer:
    """An entry; its flaw says at which place of which list it stands."""
    if not isinstance(value, dict):
        return Answer(flaw=Flaw(f"{place}: no object {{ … }}", f"{place}：不是对象 {{ … }}"))
    equation, answer = value.get("equation", ""), value.get("answer", "")
    text = equation if isinstance(equation, str) else ""
    for name, one in (("equation", equation), ("answer", answer)):
        if not isinstance(one, str):
            return Answer(text, flaw=_flaw(place, name, one, Flaw("text", "文字")))
    unknown = next((name for name in value if name not in FIELDS), None)
    if unknown is not None:
        name, known = shown(unknown), ", ".join(FIELDS)
        return Answer(text, flaw=Flaw(f"{place}: “{name}” is not known here ({known} are)",
                                      f"{place}：不认识“{name}”（可用：{known}）"))  # fmt: skip
    similarity = value.get("similarity")
    if similarity is not None and not (isinstance(similarity, float) and math.isfinite(similarity)):
        number = Flaw("a finite number", "有限的数")
        return Answer(text, answer, _flaw(place, "similarity", similarity, number))
    return Answer(text, answer, similarity)


def _flaw(place: str, name: str, value: Any, wanted: Flaw) -> Flaw:
    if isinstance(value, _Twice):
        return Flaw(f'{place}: "{name}" stands there twice', f'{place}："{name}" 出现了两次')
    told = _told(value)
    return Flaw(
        f'{place}: "{name}" has to be {wanted.en}, not {told}',
        f'{place}："{name}" 应当是{wanted.zh}，而不是 {told}',
    )


def _told(value: Any) -> str:
    """A value that is out of place, in JSON, short."""
    match value:
        case list():
            return "[…]"
        case dict():
            return "{…}"
        case float():
            return f"{value:g}"
        case _:
            return shown(json.dumps(value, ensure_ascii=False))
