"""answers.json: what it earns, whatever was written into it, and in which embedding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assignments.word_arithmetic.puzzles import ENGLISH_PUZZLES, PUZZLES
from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.grade import Grader
from autograder.intake.submission import Submission
from autograder.models.store import is_present
from autograder.reports.schema import Report

ROOT = Path(__file__).parents[3]
SOLUTION = ROOT / "solutions/word_arithmetic"
CODE = (SOLUTION / "word_arithmetic.py").read_bytes()
RIGHT = json.loads((SOLUTION / "answers.json").read_text(encoding="utf-8"))
BLANK = (ROOT / "assignments/word_arithmetic/given/answers.json").read_bytes()
TESTS = frozenset(
    test.id
    for exercise in load_assignment(ROOT, "word_arithmetic").exercises
    if exercise.id == "answers"
    for test in exercise.tests
)
ALL = 26.0  # points of the exercise

RIGHT_TEXT = json.dumps(RIGHT, ensure_ascii=False)
ENTRY = '{"equation": "僵尸 + 复活", "answer": "鬼魂", "similarity": 0.6164}'


def grade(grader: Grader, form: object) -> Report:
    data = form if isinstance(form, bytes) else json.dumps(form, ensure_ascii=False).encode()
    files = {"word_arithmetic.py": CODE, "answers.json": data}
    report = grader.grade(Submission("s01", "word_arithmetic", files), TESTS)
    assert report.status == "graded", report.reason
    return report


def changed(number: int, **fields: object) -> dict[str, object]:
    """The right form with other fields in equation `number`."""
    equations = [dict(one) for one in RIGHT["equations"]]
    equations[number - 1] |= fields
    return RIGHT | {"equations": equations}


def own(*claims: tuple[str, str]) -> dict[str, object]:
    entries = [{"equation": equation, "answer": answer} for equation, answer in claims]
    return RIGHT | {"own": entries}


def of(report: Report, name: str):
    return next(test for test in report.tests if test.id.endswith(f"::{name}"))


def bonus(report: Report) -> float:
    return sum(one.points for one in report.adjustments)


def test_the_right_answers_earn_everything_and_show_their_pictures(grader):
    report = grade(grader, RIGHT)
    assert report.score == ALL
    assert bonus(report) == 1
    for number, puzzle in enumerate(PUZZLES, start=1):
        (picture,) = of(report, f"test_equation_{number}").pictures
        assert [bar.label for bar in picture.bars] == list(puzzle.candidates)
        (right,) = (bar for bar in picture.bars if bar.right)
        assert right.yours
        assert right.value == max(bar.value for bar in picture.bars)


def test_the_empty_form_earns_nothing_and_tells_no_answer(grader):
    report = grade(grader, BLANK)
    assert report.score == 0
    assert all(test.message.startswith("gap in answers.json: ") for test in report.tests)
    assert not any(test.pictures for test in report.tests)


@pytest.mark.parametrize(
    ("fields", "points"),
    [
        ({"answer": "人类", "similarity": 0.501}, 1),  # its own similarity, rightly given
        ({"answer": "人类"}, 0),
        ({"answer": "僵尸"}, 0),
        ({"similarity": 0.6169}, 4),
        ({"similarity": 0.618}, 3),
        ({"similarity": None}, 3),
        ({"similarity": -0.6164}, 3),
        ({"similarity": 1e300}, 3),
        ({"similarity": 1}, 3),
        ({"equation": "复活＋僵尸 = ?"}, 4),
        ({"answer": " 鬼魂 "}, 4),
        ({"answer": "  "}, 0),
        ({"equation": "僵尸 - 复活"}, 0),
        ({"equation": "僵尸 +"}, 0),
        ({"equation": "僵" * 100_000}, 0),
        ({"answer": "鬼" * 100_000}, 0),
        ({"answer": "\x07\u202e\ud7ff"}, 0),
    ],
)
def test_answer_and_similarity_count_apart(grader, fields, points):
    report = grade(grader, changed(1, **fields))
    assert of(report, "test_equation_1").score == points
    assert report.score == ALL - 4 + points
    assert of(report, "test_equation_1").message or points == 4


def test_letters_count_in_either_case(grader):
    report = grade(grader, changed(5, answer="mit", similarity=0.3384))
    assert of(report, "test_equation_5").score == 1
    yours = [bar.label for bar in of(report, "test_equation_5").pictures[0].bars if bar.yours]
    assert yours == ["MIT"]


def test_an_equation_that_stands_twice_is_not_taken_at_its_best(grader):
    twice = [*RIGHT["equations"], {"equation": "复活 + 僵尸", "answer": "人类", "similarity": 0.5}]
    report = grade(grader, RIGHT | {"equations": twice})
    assert of(report, "test_equation_1").score == 0
    assert report.score == ALL - 4


MALFORMED = {
    "nothing": "",
    "no JSON": "the answer is 42",
    "a list": "[]",
    "null": "null",
    "a number": "1e400",
    "cut off": RIGHT_TEXT[:-9],
    "two values": RIGHT_TEXT * 2,
    "no embedding": '{"equations": []}',
    "embedding of another kind": '{"embedding": 5, "equations": []}',
    "another embedding": '{"embedding": "my/../vectors", "equations": []}',
    "an embedding of odd letters": '{"embedding": "\\u0000\\n\\u202e", "equations": []}',
    "an embedding without end": f'{{"embedding": "{"x" * 200_000}", "equations": []}}',
    "unknown field": RIGHT_TEXT.replace('"own"', '"score": 100, "own"'),
    "unknown field of odd letters": RIGHT_TEXT.replace('"own"', '"\\u202e\\n": 1, "own"'),
    "misspelt field": RIGHT_TEXT.replace('"similarity"', '"similarty"'),
    "text for a similarity": RIGHT_TEXT.replace("0.6164", '"0.6164"'),
    "true for a similarity": RIGHT_TEXT.replace("0.6164", "true"),
    "NaN": RIGHT_TEXT.replace("0.6164", "NaN"),
    "Infinity": RIGHT_TEXT.replace("0.6164", "Infinity"),
    "1e999": RIGHT_TEXT.replace("0.6164", "1e999"),
    "number for an answer": RIGHT_TEXT.replace('"鬼魂"', "7"),
    "a key twice": RIGHT_TEXT.replace('"answer": "鬼魂"', '"answer": "人类", "answer": "鬼魂"'),
    "embedding twice": RIGHT_TEXT.replace('{"embedding"', '{"embedding": "minilm", "embedding"'),
    "deeply nested": '{"embedding": "word-vectors", "equations": ' + "[" * 100_000,
    "deeply nested where nothing is known": '{"x": ' + '{"x": ' * 50_000,
    "junk": "\U0001f9df" * 50_000,
    "thousands of entries": RIGHT_TEXT.replace("[", f"[{f'{ENTRY}, ' * 2500}", 1),
    "a lone surrogate": RIGHT_TEXT.replace("鬼魂", "\\ud800"),
    "a null byte": RIGHT_TEXT.replace("鬼魂", "\0"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_form_is_told_and_costs_its_own_exercise(grader, kind):
    report = grade(grader, MALFORMED[kind].encode())
    assert report.score == 0
    assert {test.status for test in report.tests} == {"failed"}
    for test in report.tests:
        assert test.message.startswith("answers.json: ")
        assert test.message.isprintable()
        assert len(test.message) < 400


def test_numbers_of_any_size_are_read(grader):
    for number in ("1" * 300, "1e-400", "-0", "0.6164" + "0" * 5000, "1" * 5000):
        report = grade(grader, RIGHT_TEXT.replace("0.6164", number).encode())
        assert of(report, "test_equation_2").score in {0, 4}


def test_a_form_that_is_missing_is_told(grader):
    report = grader.grade(Submission("s01", "word_arithmetic", {"word_arithmetic.py": CODE}), TESTS)
    assert report.score == 0
    assert {test.message for test in report.tests} == {"answers.json: not handed in"}


TRUE = (
    ("孙悟空 - 猴子 + 猪", "猪八戒"), ("北京 - 中国 + 日本", "东京"), ("夏天 - 热 + 冷", "冬天"),
    ("手机 + 苹果", "iPhone"), ("足球 - 脚 + 手", "排球"), ("父亲 - 男人 + 女人", "母亲"),
)  # fmt: skip


def test_each_true_equation_earns_a_point_up_to_five(grader):
    for count in (1, 3, 6):
        report = grade(grader, own(*TRUE[:count]))
        assert report.score == ALL
        assert bonus(report) == min(count, 5)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (("孙悟空 - 猴子 + 猪", "国王"), "not among the 10 nearest words, which begin with 猪八戒"),
        (("孙悟空 - 猴子 + 猪", "诸葛亮"), "not among the 10 nearest words"),
    ],
)
def test_a_false_claim_makes_sense_and_earns_no_bonus(grader, claim, says):
    report = grade(grader, own(claim))
    assert report.score == ALL
    assert bonus(report) == 0
    assert says in of(report, "test_an_equation_of_your_own").notes[0]


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (("国王", "君主"), "fewer than two words"),
        (("国王 + 国王", "君主"), "fewer than two words"),
        (("国王 + 皇帝 - 皇帝", "君主"), "fewer than two words"),
        (("国王 - 国王", "君主"), "fewer than two words"),
        (("国王 + 皇帝", "皇帝"), "stands in the equation"),
        (("mit + 大学", "MIT"), "stands in the equation"),
        (("mit + MIT", "大学"), "fewer than two words"),
        (("男人 - 女人 + 皇后", "国王"), "the course's own"),
        (("复活 + 僵尸", "鬼魂"), "the course's own"),
        (("皇后 + 皇后 - 女人 - 女人 + 男人 + 男人", "国王"), "the course's own"),
        (("国王 + 皇帝", "一二三四"), "no word of word-vectors"),
        (("国王 + 皇帝", "🧟" * 50_000), "no word of word-vectors"),
        (("国王 + 皇帝", ""), "no word of word-vectors"),
        (("国王 + ☃", "皇帝"), "nothing of ☃ is in word-vectors"),
        (("国王 +", "皇帝"), "cannot be read as an equation"),
        (("", "皇帝"), "cannot be read as an equation"),
        (("国" * 100_000, "皇帝"), "cannot be read as an equation"),
        (("+国" * 50_000, "皇帝"), "cannot be read as an equation"),
    ],
)
def test_an_equation_that_makes_no_sense_earns_nothing(grader, claim, says):
    report = grade(grader, own(claim))
    assert report.score == ALL - 2
    assert bonus(report) == 0
    assert says in of(report, "test_an_equation_of_your_own").message


def test_one_equation_that_makes_sense_is_enough(grader):
    report = grade(grader, own(("国王", "君主"), ("", ""), TRUE[0]))
    assert report.score == ALL
    assert bonus(report) == 1


def test_saying_the_same_again_earns_nothing_more(grader):
    report = grade(grader, own(
        ("孙悟空 - 猴子 + 猪", "猪八戒"), ("猪 + 孙悟空 - 猴子", "猪八戒"),
        ("孙悟空 - 猴子 + 猪", "牛魔王"), ("孙悟空 + 孙悟空 - 猴子 - 猴子 + 猪 + 猪", "猪八戒"),
    ))  # fmt: skip
    assert bonus(report) == 1


def test_hundreds_of_own_equations_are_looked_at_no_further_than_twenty(grader):
    report = grade(grader, own(*[("国王", "君主")] * 20, *TRUE * 100))
    assert report.score == ALL - 2
    assert bonus(report) == 0
    assert any("only the first 20 of 620" in note
               for note in of(report, "test_an_equation_of_your_own").notes)  # fmt: skip


needs_minilm = pytest.mark.skipif(
    not is_present("minilm"), reason="minilm is not on this machine: autograder fetch minilm"
)

# What minilm's input embeddings give, as it was found by running the reference.
ENGLISH = (
    ("queen", 0.5115), ("berlin", 0.5230), ("cheese", 0.2231), ("rain", 0.1267),
    ("Harvard", 0.4271), ("europe", -0.0855),
)  # fmt: skip


def english(**other: object) -> dict[str, object]:
    equations = [
        {"equation": puzzle.equation, "answer": answer, "similarity": similarity}
        for puzzle, (answer, similarity) in zip(ENGLISH_PUZZLES, ENGLISH, strict=True)
    ]
    claims = [{"equation": "summer - hot + cold", "answer": "winter"}]
    return {"embedding": "minilm", "equations": equations, "own": claims} | other


@needs_minilm
def test_an_english_embedding_is_graded_by_what_it_gives(grader):
    report = grade(grader, english())
    assert report.score == ALL
    assert bonus(report) == 1


@needs_minilm
def test_where_the_two_best_are_close_either_is_right_and_the_report_says_so(grader):
    form = english()
    form["equations"][2] |= {"answer": "pizza", "similarity": 0.2056}
    test = of(grade(grader, form), "test_equation_3")
    assert test.score == 4
    assert test.notes == ("cheese and pizza are only 0.018 apart: each is accepted",)
    assert [bar.label for bar in test.pictures[0].bars if bar.right] == ["pizza", "cheese"]


@needs_minilm
def test_the_courses_equation_in_capitals_is_still_the_courses(grader):
    claims = [{"equation": "King - Man + Woman", "answer": "queen"}]
    report = grade(grader, english(own=claims))
    assert report.score == ALL - 2
    assert "the course's own" in of(report, "test_an_equation_of_your_own").message


@needs_minilm
def test_answers_are_looked_for_in_the_language_of_the_embedding(grader):
    report = grade(grader, RIGHT | {"embedding": "minilm"})
    assert report.score == 0
    assert of(report, "test_equation_1").message == (
        "answers.json: no entry for king - man + woman"
    )


def test_an_embedding_that_the_grader_lacks_is_no_fault_of_the_student(grader, monkeypatch):
    def lacking(name: str) -> None:
        raise CourseError(f"{name}: not on this machine. Do: autograder fetch {name}")

    from tests.word_arithmetic import trusted

    monkeypatch.setattr(trusted, "load_embedding", lacking)
    data = json.dumps(RIGHT | {"embedding": "bert-base-chinese"}).encode()
    files = {"word_arithmetic.py": CODE, "answers.json": data}
    report = grader.grade(Submission("s01", "word_arithmetic", files), TESTS)
    assert report.status == "ungradable"
    assert report.score is None
    assert "bert-base-chinese" in report.reason
