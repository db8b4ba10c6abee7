"""Whether the tests have teeth: what mistakes cost, as `verify --mistakes` says and writes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course.assignment import Text, load_assignment
from autograder.diagnosis.mistakes import Mistake
from autograder.diagnosis.mutation import Mutation, Survivor
from autograder.diagnosis.teeth import Cost, Tried, page, problems

MISTAKE = """title = {{ en = "The sum over the other axis", zh = "沿另一个轴求和" }}
seen = {{ en = "a", zh = "甲" }}
why = {{ en = "b", zh = "乙" }}
look = {{ en = "c", zh = "丙" }}

[[edits]]
find = "x.sum(dim=-1)"
put = "{put}"
"""


@pytest.fixture
def tiny(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


def cost(name: str, own: float, elsewhere: float, problem: str = "") -> Cost:
    text = Text(en="A title", zh="标题")
    exercise = name.partition("/")[0]
    return Cost(Mistake(name, exercise, text, text, text, text, ()), own, elsewhere, problem)


def test_a_mistake_has_to_cost_points_in_its_own_exercise(tiny):
    found = [cost("sum/a", 4, 0), cost("sum/b", 0, 1)]
    assert [*problems(tiny, found)] == ["sum/b costs nothing in sum. Do: test it, or take it out"]


def test_a_mistake_may_cost_little_elsewhere(tiny):
    found = [cost("sum/a", 4, 1), cost("sum/b", 4, 1.5)]
    assert [*problems(tiny, found)] == ["sum/b costs 1.5 outside sum, more than 1"]


def test_a_mistake_that_cannot_be_graded_is_a_problem(tiny):
    found = [cost("sum/a", 0, 0, "ungradable: the grader ran out of memory")]
    assert [*problems(tiny, found)] == ["sum/a: ungradable: the grader ran out of memory"]


def test_the_page_has_a_line_for_each_mistake_and_each_mutant_that_survives(tiny):
    one, other = ("tiny.py", "f: 1 → 2"), ("tiny.py", "f: a → b")
    listed = {one: Survivor(*one, reason="because", equivalent=True)}
    mutation = Mutation(frozenset([one, other, ("tiny.py", "f: 3 → 4")]), (one, other), listed)
    text = page([Tried(tiny, (cost("sum/a", 4, 0.5),), mutation)])
    assert "## tiny: 1 mistakes" in text
    assert "| `sum/a` | A title | 4 of 4 | 0.5 |" in text
    assert "1 do what the reference does; of the other 2 the tests catch 1." in text
    assert "- `tiny.py`, `f: 1 → 2` (the same): because" in text
    assert "- `tiny.py`, `f: a → b`: not listed" in text
    nothing = replace(mutation, survived=())
    assert "let by" not in page([Tried(tiny, (), nothing)])


def test_verify_tries_the_mistakes_and_writes_what_each_costs(tiny_course):
    for name, put in (("other-axis", "x.sum(dim=0)"), ("harmless", "x.sum(-1)")):
        tiny_course.write(f"assignments/tiny/mistakes/sum/{name}.toml", MISTAKE.format(put=put))
    result = tiny_course.run("verify", "tiny", "--mistakes", "--output", "docs/mistakes.md")
    assert result.returncode == 1
    assert "✗ tiny: each of 2 known mistakes loses points in its own exercise" in result.stdout
    assert "sum/harmless costs nothing in sum. Do: test it, or take it out" in result.stdout
    assert "sum/other-axis costs 6 outside sum, more than 1" in result.stdout
    text = (tiny_course.root / "docs/mistakes.md").read_text("utf-8")
    assert "| `sum/other-axis` | The sum over the other axis | 4 of 4 |" in text
    assert "| `sum/harmless` | The sum over the other axis | 0 of 4 | 0 |" in text


def test_verify_writes_nothing_without_mistakes(tiny_course):
    result = tiny_course.run("verify", "tiny", "--output", "a.md")
    assert result.returncode == 2
    assert "--output a.md: nothing is written there. Do: add --mistakes" in result.stderr
