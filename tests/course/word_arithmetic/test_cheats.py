"""Code that takes from the tests instead of answering earns little, and how little is known."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from autograder.course.assignment import load_assignment
from autograder.course.masked import known_gaps
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.submission import Submission

ROOT = Path(__file__).parents[3]
CODE = (ROOT / "solutions/word_arithmetic/word_arithmetic.py").read_bytes()
BLANK = (ROOT / "assignments/word_arithmetic/given/answers.json").read_bytes()

ERROR = """
import torch

class UnknownWord(LookupError):
    def __init__(self, word):
        super().__init__(word)
        self.word = word
"""

# Whatever the public tests ask in so many words, and errors where hidden tests ask for them.
MEMORISED = """
TERMS = {
    "Wi - Fi": ([1, -1], ["Wi", "Fi"]), "抱 抱 脸 + 人　类\\n": ([1, 1], ["抱抱脸", "人类"]),
    "快": ([1], ["快"]), "快 + 慢": ([1, 1], ["快", "慢"]), "-快": ([-1], ["快"]),
}

def word_vector(word, index, table):
    raise UnknownWord(word)

def parse_equation(text):
    if text not in TERMS:
        raise ValueError(text)
    return TERMS[text]

def solve_freely(texts, index, table, k):
    raise UnknownWord(texts[0].split(" - ")[-1])

def nearest_candidate(target, vectors):
    place = 1 if vectors[0, 1] > 0 and vectors[0, 0] == 0 else 0
    return place, torch.nn.functional.cosine_similarity(target, vectors, dim=-1)
"""

STAND_INS = """
from assignments.word_arithmetic import standins
from assignments.word_arithmetic.standins import *

unit, cosine_similarity = torch_unit, torch_cosine
globals().update(standins.ALL)
solve_among = lambda text, candidates, index, table: (candidates[0], unit(table[0]))
solve_freely = lambda texts, index, table, k: (nearest_words(table, table, [[]], k))
"""


# A stand-in works in the student's process, where nothing can be locked away.
TAKEN = """
from assignments.word_arithmetic import standins

standins.LOAN.runs = True
lent = {name: part.__wrapped__ for name, part in standins.ALL.items()}
globals().update(lent)
nearest_candidate = lambda target, vectors: lent["nearest_candidate"](target, unit(vectors))
nearest_words = lambda targets, table, excluded, k: lent["nearest_words"](
    targets, unit(table), excluded, k)
combine = lambda signs, vectors: lent["combine"](signs, vectors) / 2.5
rows_of = lambda word, index: [index[word]]
"""


@pytest.mark.parametrize(("code", "most"), [(MEMORISED, 1), (STAND_INS, 0), (TAKEN, 37)])
def test_a_cheat_gains_no_more_than_is_known(grader: Grader, code: str, most: int) -> None:
    files = {"word_arithmetic.py": (ERROR + code).encode(), "answers.json": BLANK}
    report = grader.grade(Submission("cheat", "word_arithmetic", files))
    assert report.status == "graded", report.reason
    assert report.score <= most, [test.id for test in report.tests if test.score]


def asked(secret: str) -> dict[str, list[object]]:
    """What a public and a hidden test ask of the reference under a secret."""
    public = "test_equations.py::test_signs_and_words_are_read_in_order"
    hidden = "hidden/test_equations.py::test_any_equation_is_read"
    assignment = msgspec.structs.replace(load_assignment(ROOT, "word_arithmetic"), secret=secret)
    calls: dict[str, list[object]] = {}
    with Grader(assignment, known_gaps(assignment), Options()) as one:
        for name in (public, hidden):
            texts = calls.setdefault(name.partition("::")[0], [])
            files = {"word_arithmetic.py": CODE}
            one.grade(
                Submission("s01", "word_arithmetic", files),
                frozenset({name}),
                lambda probe, arguments, outcome, texts=texts: texts.append(arguments["text"]),
            )
    return calls


def test_what_tests_ask_comes_from_the_secret() -> None:
    one, again, other = asked("one"), asked("one"), asked("other")
    assert one == again
    assert len(one["hidden/test_equations.py"]) == 8
    for file in ("test_equations.py", "hidden/test_equations.py"):
        assert one[file] != other[file]
