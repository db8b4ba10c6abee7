"""Judges the equations of a student's own: whether they make sense, and whether they are true."""

from __future__ import annotations

import functools
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assignments.word_arithmetic.puzzles import ENGLISH_PUZZLES, PUZZLES
from autograder.grading.compare import Wrong
from autograder.grading.record import Record
from tests.word_arithmetic.form import FILE, Answer, Form, shown, terms_of
from tests.word_arithmetic.trusted import (
    Malformed,
    Term,
    Vocabulary,
    read_equation,
    real_vocabulary,
    similarity,
)

NEAREST = 10  # words, among which the claim of an own equation has to be
MOST_OWN = 20  # own equations that are looked at
NOTHING = 1e-6  # of the longest term: what rounding leaves of a sum that is zero
BONUS = 1.0  # points for each own equation that is true
OF_THE_COURSE = ("皇后 - 女人 + 男人", *(one.equation for one in (*PUZZLES, *ENGLISH_PUZZLES)))


Key = frozenset[str]  # the words that an equation is about, whatever is done with them


@dataclass(frozen=True)
class Claim:
    """An own equation that makes sense, and where the claimed word stands."""

    text: str
    key: Key  # one bonus for each
    rank: int | None  # among the NEAREST, from 1
    similarity: float
    nearest: tuple[str, ...]


def judge_own(form: Form, record: Record) -> None:
    """At least one own equation has to make sense; each that is true earns a bonus."""
    entries = [one for one in form.own if one.equation.strip() or not one.is_blank]
    if not entries:
        raise Wrong(
            f"gap in {FILE}: no equation of your own yet", f"空：{FILE} 里还没有你自己的等式"
        )
    claims: dict[Key, Claim] = {}
    problems = []
    for entry in entries[:MOST_OWN]:
        try:
            claim = read_claim(form.embedding, entry)
        except Wrong as wrong:
            problems.append(wrong)
        else:
            if claim.key not in claims or claims[claim.key].rank is None:
                claims[claim.key] = claim
    if len(entries) > MOST_OWN:
        record.note(
            en=f"only the first {MOST_OWN} of {len(entries)} own equations were looked at",
            zh=f"{len(entries)} 个自己的等式中，只看了前 {MOST_OWN} 个",
        )
    if not claims:
        raise problems[0]
    for claim in claims.values():
        _record_claim(claim, record)
    for problem in problems:
        record.note(en=problem.text.en, zh=problem.text.zh)


def read_claim(embedding: str, entry: Answer) -> Claim:
    """An own equation. Raises Wrong, with its text, where it does not count as one."""
    if entry.flaw:
        raise entry.flaw.wrong(f"{FILE}: ")
    words, text, answer = real_vocabulary(embedding), shown(entry.equation), entry.answer.strip()
    claim = f"{text} = {shown(answer)}"
    try:
        terms = terms_of(entry.equation)
    except Malformed:
        raise Wrong(f"{text}: cannot be read as an equation", f"{text}：读不出等式") from None
    for term in terms:
        if words.row(term.word) is None:
            word = shown(term.word)
            raise Wrong(f"{text}: {word} is no word of {embedding}, only whole words count here",
                        f"{text}：{embedding} 里没有“{word}”这个词，这里只算完整的词")  # fmt: skip
    key, barred, target = _about(words, terms), words.own_rows(terms), words.sum(terms)
    if len(key) < 2:
        raise Wrong(f"{text}: fewer than two words are left of it", f"{text}：剩下的词不足两个")
    if key in _of_the_course(embedding):
        raise Wrong(f"{text}: this one is the course's own", f"{text}：这是课程自带的等式")
    if np.linalg.norm(target) <= NOTHING * words.lengths[barred].max():
        raise Wrong(f"{text}: comes to nothing", f"{text}：等于零")
    row = words.row(answer)
    if row is None:
        raise Wrong(
            f"{claim}: the answer is no word of {embedding}", f"{claim}：{embedding} 里没有这个答案"
        )
    if row in barred or _name(words, row) in {_name(words, one) for one in barred}:
        raise Wrong(f"{claim}: the answer stands in the equation", f"{claim}：答案就在等式里")
    rows, values = words.nearest(target, barred, NEAREST)
    rank = rows.index(row) + 1 if row in rows else None
    value = float(values[rank - 1]) if rank else similarity(target, words.vector(answer))
    return Claim(claim, key, rank, value, tuple(words.words[one] for one in rows))


def _about(words: Vocabulary, terms: Sequence[Term]) -> Key:
    """The words, in either case, that do not cancel each other."""
    counts: Counter[str] = Counter()
    for term in terms:
        row = words.row(term.word)
        counts[term.word if row is None else _name(words, row)] += term.sign
    return frozenset(word for word, count in counts.items() if count)


def _name(words: Vocabulary, row: int) -> str:
    """A word without what is mere spelling: case, and the width of letters."""
    return unicodedata.normalize("NFKC", words.words[row]).casefold()


@functools.cache
def _of_the_course(embedding: str) -> frozenset[Key]:
    words = real_vocabulary(embedding)
    return frozenset(_about(words, read_equation(one)) for one in OF_THE_COURSE)


def _record_claim(claim: Claim, record: Record) -> None:
    if claim.rank:
        record.bonus(
            BONUS,
            en=f"{claim.text}: number {claim.rank} of the nearest words ({claim.similarity:.3f})",
            zh=f"{claim.text}：最近的词中排第 {claim.rank}（{claim.similarity:.3f}）",
        )
    else:
        first = claim.nearest[:3]
        record.note(
            en=f"{claim.text}: not among the {NEAREST} nearest words, which begin with "
            f"{', '.join(first)}",
            zh=f"{claim.text}：不在最近的 {NEAREST} 个词里，最近的是{'、'.join(first)}",
        )
