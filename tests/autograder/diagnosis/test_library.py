"""The known mistakes of the course's own assignments: each fits its reference, and says enough."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from autograder.course.assignment import load_assignment
from autograder.course.leaks import find_leaks
from autograder.course.masked import mask_reference
from autograder.diagnosis.edits import edited
from autograder.diagnosis.mistakes import read_mistakes

ROOT = Path(__file__).resolve().parents[3]
TEXTS = ("title", "seen", "why", "look")
LIBRARIES = {"gpt2": 45, "word_arithmetic": 8, "sft": 10}  # and how many there are at least


@pytest.fixture(scope="module", params=LIBRARIES)
def library(request):
    assignment = load_assignment(ROOT, request.param)
    return assignment, read_mistakes(assignment)


def test_there_are_enough_and_each_has_a_title_of_its_own(library):
    assignment, mistakes = library
    assert len(mistakes) >= LIBRARIES[assignment.name]
    for language in ("en", "zh"):
        titles = [(one.exercise, getattr(one.title, language)) for one in mistakes]
        assert len(set(titles)) == len(titles)


def test_each_changes_the_reference_in_its_place(library):
    assignment, mistakes = library
    sources = {name: (assignment.solution_folder / name).read_text("utf-8")
               for name in assignment.files}  # fmt: skip
    right = {name: ast.dump(ast.parse(text)) for name, text in sources.items()}
    found = [
        {name: ast.dump(ast.parse(text)) for name, text in edited(sources, one).items()}
        for one in mistakes
    ]
    assert right not in found
    assert len({tuple(sorted(one.items())) for one in found}) == len(found)


def test_each_text_is_in_both_languages(library):
    _, mistakes = library
    for one in mistakes:
        for name in TEXTS:
            text = getattr(one, name)
            assert text.en.isascii(), (one.name, name)
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh), (one.name, name)


def test_no_text_gives_an_answer_away(library):
    assignment, mistakes = library
    gaps = [gap for masked in mask_reference(assignment).values() for gap in masked.gaps]
    texts = {
        f"{one.name} {name} {language}": getattr(getattr(one, name), language)
        for one in mistakes
        for name in TEXTS
        for language in ("en", "zh")
    }
    assert not find_leaks(gaps, texts)


def test_the_docs_list_them_all(library):
    assignment, mistakes = library
    text = (ROOT / "docs/mistakes.md").read_text("utf-8")
    _, found, chapter = text.partition(f"\n## {assignment.name}: {len(mistakes)} mistakes\n")
    assert found, "Do: make mistakes"
    rows = re.findall(
        r"^\| `(\S+)` \| (.+) \| \S+ of ", chapter.partition("\n## ")[0], re.MULTILINE
    )
    assert rows == [(one.name, one.title.en) for one in mistakes]
