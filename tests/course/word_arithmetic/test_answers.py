"""answers.json: what it earns, whatever was written into it, and in which embedding."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assignments.word_arithmetic.puzzles import ENGLISH_PUZZLES, PUZZLES
from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.compare import Wrong
from autograder.grading.grade import Grader
from autograder.grading.record import Record
from autograder.intake.submission import Submission
from autograder.models.store import is_present
from autograder.reports.schema import Report
from tests.word_arithmetic import own as own_equations
from tests.word_arithmetic import trusted, verdicts
from tests.word_arithmetic.form import Answer, Form
from tests.word_arithmetic.trusted import Vocabulary

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
    "embedding twice": RIGHT_TEXT.replace('{"embedding"', '{"embedding": "minilm", "embedding"'),
    "deeply nested": '{"embedding": "word-vectors", "equations": ' + "[" * 100_000,
    "deeply nested where nothing is known": '{"x": ' + '{"x": ' * 50_000,
    "junk": "\U0001f9df" * 50_000,
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


def test_a_syntax_error_is_told_with_its_place_and_what_to_do(grader):
    text = json.dumps(RIGHT, ensure_ascii=False, indent=1).replace('"鬼魂",', '"鬼魂"')
    message = of(grade(grader, text.encode()), "test_equation_2").message
    assert message.startswith("answers.json: line 7, column 4: no JSON (Expecting ',' delimiter). ")
    assert "Do: look there, and just before, for a comma" in message


def test_a_form_in_another_encoding_is_told_how_to_save_it(grader):
    report = grade(grader, RIGHT_TEXT.encode("utf-16"))
    assert report.score == 0
    assert report.tests[0].message == "answers.json: not UTF-8. Do: save it as UTF-8"


# of equation 1: what is replaced by what, the points that are left of its four, and why
FLAWED = {
    "misspelt field": ('"similarity": 0.6164', '"similarty": 0.6164', 0, "“similarty” is not"),
    "field of odd letters": ('"similarity": 0.6164', '"\\u202e\\n": 1', 0, "is not known here"),
    "number for an answer": ('"鬼魂"', "7", 0, 'equations 1: "answer" has to be text, not 7'),
    "list for an answer": ('"鬼魂"', "[[[]]]", 0, '"answer" has to be text, not […]'),
    "number for an equation": ('"僵尸 + 复活"', "7", 0, '复活; equations 1: "equation"'),
    "no object": (ENTRY, '"鬼魂"', 0, "no entry for 僵尸 + 复活; equations 1: no object"),
    "a key twice": ('"answer": "鬼魂"', '"answer": "人类", "answer": "鬼魂"', 0, "there twice"),
    "a lone surrogate": ("鬼魂", "\\ud800", 0, "is none of the candidates"),
    "text for a similarity": ("0.6164", '"0.6164"', 3, 'a finite number, not "0.6164"'),
    "true for a similarity": ("0.6164", "true", 3, "a finite number, not true"),
    "NaN": ("0.6164", "NaN", 3, "a finite number, not nan"),
    "Infinity": ("0.6164", "Infinity", 3, "a finite number, not inf"),
    "1e999": ("0.6164", "1e999", 3, "a finite number, not inf"),
    "400 digits": ("0.6164", "1" * 400, 3, "a finite number, not inf"),
    "5000 digits": ("0.6164", "-" + "1" * 5000, 3, "a finite number, not -inf"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FLAWED)
def test_a_flaw_of_one_entry_costs_that_entry_alone(grader, kind):
    right, wrong, points, says = FLAWED[kind]
    assert right in RIGHT_TEXT
    report = grade(grader, RIGHT_TEXT.replace(right, wrong, 1).encode())
    assert report.score == ALL - 4 + points
    test = of(report, "test_equation_1")
    assert test.score == points
    assert says in test.message
    assert all(line.isprintable() for line in test.message.splitlines())
    assert bonus(report) == 1


def test_a_flaw_of_an_own_equation_costs_that_equation_alone(grader):
    flawed = [
        7,
        {"equation": "国王 + 皇帝", "answer": 7},
        {"equation": "国王 + 皇帝", "why": "wit"},
    ]
    for one in flawed:
        assert grade(grader, RIGHT | {"own": [one]}).score == ALL - 2
    report = grade(grader, RIGHT | {"own": [*flawed, *RIGHT["own"]]})
    assert report.score == ALL
    assert bonus(report) == 1
    notes = of(report, "test_an_equation_of_your_own").notes
    assert notes[0] == "answers.json: own 1: no object { … }"
    assert "“why” is not known here" in notes[2]


def test_a_list_of_another_kind_costs_its_own_points(grader):
    report = grade(grader, RIGHT | {"own": "孙悟空"})
    assert report.score == ALL - 2
    assert '"own" is no list' in of(report, "test_an_equation_of_your_own").message
    report = grade(grader, RIGHT | {"equations": {}})
    assert report.score == 2
    assert '"equations" is no list' in of(report, "test_equation_6").message


def test_what_nobody_asked_for_is_not_looked_at(grader):
    own = [one | {"similarity": "0.7"} for one in RIGHT["own"]]  # an own equation needs none
    report = grade(grader, RIGHT | {"score": 100, "\u202e\n": [1], "own": own})
    assert report.score == ALL
    assert bonus(report) == 1


def test_thousands_of_entries_are_looked_at_no_further_than_fifty(grader):
    report = grade(grader, RIGHT_TEXT.replace("[", f"[{f'{ENTRY}, ' * 2500}", 1).encode())
    assert report.score == 2
    assert "50 entries for 僵尸 + 复活" in of(report, "test_equation_1").message


@pytest.mark.parametrize(
    ("number", "points"), [("0.6164" + "0" * 5000, 4), ("6164e-4", 4), ("1e-400", 3), ("-0", 3)]
)
def test_numbers_are_read_in_every_way_to_write_them(grader, number, points):
    report = grade(grader, RIGHT_TEXT.replace("0.6164", number).encode())
    test = of(report, "test_equation_1")
    assert test.score == points
    assert "finite number" not in test.message


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
        (("国王 + ☃", "皇帝"), "☃ is no word of word-vectors, only whole words count"),
        (("国王☃ + 皇后☺", "国王"), "国王☃ is no word"),
        (("国王国王 + 皇后皇后", "国王"), "国王国王 is no word"),
        (("孙悟空\u200b - 猴子 + 猪", "猪八戒"), "is no word"),
        (("一流 - 二流", "国王"), "一流 is no word"),
        (("国王 - 国王☃", "皇后"), "国王☃ is no word"),
        (("皇后☃ - 女人 + 男人", "国王"), "皇后☃ is no word"),
        (("男人 + 女人 + 皇后", "国王"), "the course's own"),
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


@pytest.mark.parametrize(
    "again",
    [
        ("猪 + 孙悟空 - 猴子", "猪八戒"),
        ("孙悟空 - 猴子 + 猪", "牛魔王"),
        ("孙悟空 + 孙悟空 - 猴子 - 猴子 + 猪 + 猪", "猪八戒"),
        ("孙悟空 + 孙悟空 - 猴子 + 猪", "猪八戒"),
        ("孙悟空 + 猴子 + 猪", "猪八戒"),
        ("孙悟空 - 猴子 + 猪 + 国王 - 国王", "猪八戒"),
    ],
)
def test_the_same_words_again_earn_nothing_more(grader, again):
    report = grade(grader, own(again, ("孙悟空 - 猴子 + 猪", "猪八戒"), again))
    assert bonus(report) == 1


def test_a_sum_that_comes_to_nothing_is_no_equation(monkeypatch):
    table = np.array([[3.0, 4.0], [6.0, 8.0], [1.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    words = Vocabulary(("one", "twice", "other", "zero"), table)
    monkeypatch.setattr(own_equations, "real_vocabulary", lambda name: words)
    monkeypatch.setattr(own_equations, "_of_the_course", lambda name: frozenset())
    with pytest.raises(Wrong, match="one \\+ one - twice: comes to nothing"):
        own_equations.read_claim("made-up", Answer("one + one - twice", "other"))


def test_of_three_that_are_close_all_are_accepted_and_named(monkeypatch):
    close = {"鬼魂": 0.5, "人类": 0.515, "抱抱脸": 0.505}
    monkeypatch.setattr(verdicts, "candidate_similarities", lambda *_: close)
    record, entries = Record(), (Answer("僵尸 + 复活", "鬼魂", 0.5),)
    verdicts.judge_equation(Form("word-vectors", entries, ()), 1, record)
    found = record.take()
    assert found.earned == 1
    assert found.notes[0].en == "人类, 抱抱脸 and 鬼魂 are only 0.015 apart: each is accepted"
    assert found.notes[0].zh == "人类、抱抱脸、鬼魂 只差 0.015：都算对"


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


def test_an_embedding_that_the_grader_lacks_costs_the_answers_alone(grader, monkeypatch):
    def lacking(name: str) -> None:
        raise CourseError(f"{name}: not on this machine. Do: autograder fetch {name}")

    monkeypatch.setattr(trusted, "load_embedding", lacking)
    report = grade(grader, RIGHT | {"embedding": "bert-base-chinese"})
    assert report.score == 0
    assert {test.status for test in report.tests} == {"failed"}
    assert {test.message for test in report.tests} == {
        "answers.json: this grader has no bert-base-chinese; ask for it, or use word-vectors "
        "(on a machine of your own: autograder fetch bert-base-chinese)"
    }
    files = {"word_arithmetic.py": CODE, "answers.json": b'{"embedding": "bert-base-chinese"}'}
    code = "test_vector.py::test_what_is_not_known_within_a_word_is_skipped"
    report = grader.grade(Submission("s01", "word_arithmetic", files), TESTS | {code})
    assert report.status == "graded"
    assert report.score == 1


def test_the_courses_own_vectors_missing_is_the_graders_fault(grader, monkeypatch):
    def lacking(name: str) -> None:
        raise CourseError(f"{name}: damaged")

    monkeypatch.setattr(trusted, "load_embedding", lacking)
    trusted.real_vocabulary.cache_clear()
    verdicts.candidate_similarities.cache_clear()
    files = {"word_arithmetic.py": CODE, "answers.json": RIGHT_TEXT.encode()}
    report = grader.grade(Submission("s01", "word_arithmetic", files), TESTS)
    assert report.status == "ungradable"
    assert report.score is None
    assert "word-vectors: damaged" in report.reason
