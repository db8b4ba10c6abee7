"""Remarks as GitHub and GitLab read them: nothing that a student wrote becomes a command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.reports.annotations import Remark, code_quality, workflow_commands

EXPECTED = Path(__file__).parent / "expected"
REMARKS = [
    Remark("warning", "tiny/tiny.py", 9, "tiny scale", "gap 2, line 9\nThe factor goes last."),
    Remark("error", "tiny/tiny.py", 7, "tiny sum: 100%, all", "50 % wrong\r\n::error::injected"),
    Remark("error", "odd, name: x.py", 1, "tiny 求和", "最大误差 1.5"),
]


def as_the_runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """A command's name, properties and message, by the rules of GitHub's runner."""
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    command, _, properties = head.partition(" ")
    pairs = (one.split("=", 1) for one in properties.split(","))
    escapes = [("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]

    def unescaped(text: str, known: list[tuple[str, str]]) -> str:
        for code, plain in known:
            text = text.replace(code, plain)
        return text

    found = {name: unescaped(value, escapes) for name, value in pairs}
    return command, found, unescaped(message, escapes[2:])


def test_the_commands_are_the_expected_ones():
    expected = (EXPECTED / "annotations.txt").read_text(encoding="utf-8")
    assert workflow_commands(REMARKS, "en") == expected


@given(title=st.text(), message=st.text(), path=st.text(min_size=1))
def test_every_text_arrives_as_it_was_in_one_command(title, message, path):
    told = workflow_commands([Remark("error", path, 3, title, message)], "en")
    assert told.count("\n") == 1
    assert "\r" not in told
    command, found, said = as_the_runner_reads(told.removesuffix("\n"))
    assert command == "error"
    assert found == {"file": path, "line": "3", "title": title}
    assert said == message


def test_of_many_the_first_ten_of_a_level_are_told_and_the_rest_counted():
    many = [replace(REMARKS[1], line=line) for line in range(1, 14)]
    lines = workflow_commands([*many, REMARKS[0]], "en").splitlines()
    assert [line.partition(" ")[0] for line in lines] == [*["::error"] * 10, "::warning",
                                                          "::notice::3"]  # fmt: skip
    assert lines[-1] == "::notice::3 more: see the summary"
    assert workflow_commands(many, "zh").splitlines()[-1] == "::notice::还有 3 处，见摘要"


def test_a_long_message_is_cut():
    told = workflow_commands([replace(REMARKS[0], message="x" * 100_000)], "en")
    assert len(told) < 3000
    assert told.endswith("…\n")


def test_gitlab_gets_every_remark_with_a_place_and_a_severity():
    issues = json.loads(code_quality(REMARKS))
    assert [one["location"] for one in issues] == [
        {"path": "tiny/tiny.py", "lines": {"begin": 9}},
        {"path": "tiny/tiny.py", "lines": {"begin": 7}},
        {"path": "odd, name: x.py", "lines": {"begin": 1}},
    ]
    assert [one["severity"] for one in issues] == ["minor", "major", "major"]
    assert issues[2]["description"] == "tiny 求和: 最大误差 1.5"
    assert all(one["check_name"] for one in issues)


def test_a_remark_keeps_its_fingerprint_when_its_line_moves_and_no_other_has_it():
    moved, other = replace(REMARKS[1], line=20), replace(REMARKS[1], message="another")
    before, after, different = (json.loads(code_quality([one]))[0]["fingerprint"]
                                for one in (REMARKS[1], moved, other))  # fmt: skip
    assert before == after
    assert before != different


def test_two_remarks_of_the_same_words_have_two_fingerprints():
    issues = json.loads(code_quality([REMARKS[1], replace(REMARKS[1], line=20)]))
    assert len({one["fingerprint"] for one in issues}) == 2


def test_no_remarks_are_an_empty_list():
    assert json.loads(code_quality([])) == []
    assert workflow_commands([], "en") == ""
