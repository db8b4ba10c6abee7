"""Judges the answers to the six equations by what the chosen embedding truly gives."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from assignments.word_arithmetic.puzzles import puzzles_for
from autograder.grading.compare import Wrong
from autograder.grading.record import Bar, Record
from tests.word_arithmetic.form import FILE, Answer, Flaw, Form, answer_to, shown
from tests.word_arithmetic.trusted import read_equation, real_vocabulary, similarity

TIE = 0.02  # of similarity: whoever is this close to the best is as right as the best
NEAR = 1e-3  # of similarity: rounding to three digits, float16 and the order of sums change less


@functools.cache
def candidate_similarities(embedding: str, number: int) -> dict[str, float]:
    """Of equation `number`, from 1: each candidate of which the embedding knows anything."""
    words, puzzle = real_vocabulary(embedding), puzzles_for(embedding)[number - 1]
    target = words.sum(read_equation(puzzle.equation))
    return {
        word: similarity(target, words.vector(word))
        for word in puzzle.candidates
        if any(True for _ in words.pieces(word))
    }


def judge_equation(form: Form, number: int, record: Record) -> None:
    """Puts on record how the form answers equation `number`: answer, similarity, picture."""
    equation = puzzles_for(form.embedding)[number - 1].equation
    entry = answer_to(form, equation)
    if entry.is_blank:
        raise Wrong(
            f"gap in {FILE}: no answer to {equation} yet", f"空：{FILE} 里还没有 {equation} 的答案"
        )
    found = candidate_similarities(form.embedding, number)
    said = next((one for one in found if one.casefold() == entry.answer.strip().casefold()), None)
    best = max(found.values())
    right = [word for word, value in found.items() if best - value < TIE]
    with record.part(3, en="answer", zh="答案"):
        _check_answer(entry, said, right, list(found))
    with record.part(1, en="similarity", zh="相似度"):
        _check_similarity(entry, said, found)
    if len(right) > 1:
        _note_tie(found, right, record)
    record.bars(
        [Bar(word, value, word in right, word == said) for word, value in found.items()],
        en=f"{equation}: cosine similarity, {form.embedding}",
        zh=f"{equation}：余弦相似度，{form.embedding}",
    )


def _note_tie(found: Mapping[str, float], right: Sequence[str], record: Record) -> None:
    *others, last = sorted(right, key=lambda word: -found[word])
    gap = found[others[0]] - found[last]
    record.note(
        en=f"{', '.join(others)} and {last} are only {gap:.3f} apart: each is accepted",
        zh=f"{'、'.join((*others, last))} 只差 {gap:.3f}：都算对",
    )


def _check_answer(
    entry: Answer, said: str | None, right: Sequence[str], candidates: Sequence[str]
) -> None:
    if said is None:
        word = shown(entry.answer.strip())
        raise Wrong(
            f"“{word}” is none of the candidates {', '.join(candidates)}",
            f"“{word}”不在候选 {'、'.join(candidates)} 之中",
        )
    if said not in right:
        raise Wrong(f"{said} is not the nearest candidate", f"{said} 不是最近的候选")


def _check_similarity(entry: Answer, said: str | None, found: Mapping[str, float]) -> None:
    if entry.similarity is None:
        raise Wrong("no similarity is given", "没有填相似度")
    if isinstance(entry.similarity, Flaw):
        raise entry.similarity.wrong()
    if said is None:
        raise Wrong("not the similarity of a candidate", "不是候选词的相似度")
    if abs(entry.similarity - found[said]) > NEAR:
        raise Wrong(
            f"{entry.similarity:.4g} is not the similarity of {said}, to {NEAR:g}",
            f"{said} 的相似度不是 {entry.similarity:.4g}（容差 {NEAR:g}）",
        )
