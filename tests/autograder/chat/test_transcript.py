"""Transcripts: the form that is handed in, and what is refused."""

from __future__ import annotations

import pytest

from autograder.chat.transcript import (
    Settings,
    Transcript,
    Turn,
    check_settings,
    read_transcript,
    write_transcript,
)
from autograder.errors import CourseError

FORM = """{
  "schema_version": 1,
  "model": "some-model",
  "server": null,
  "adapter_sha256": null,
  "settings": {
    "temperature": 0.7,
    "top_p": 0.9,
    "max_new_tokens": 256
  },
  "seed": 20190214,
  "system": null,
  "turns": [
    {
      "from": "human",
      "value": "什么鱼？"
    },
    {
      "from": "gpt",
      "value": "一条",
      "stopped": true
    }
  ]
}
"""
TRANSCRIPT = Transcript(
    model="some-model",
    settings=Settings(),
    seed=20190214,
    turns=(Turn("human", "什么鱼？"), Turn("gpt", "一条", stopped=True)),
)


def test_a_transcript_is_written_in_the_documented_form_and_read_back(tmp_path):
    path = tmp_path / "new" / "chat.json"
    write_transcript(path, TRANSCRIPT)
    assert path.read_text(encoding="utf-8") == FORM
    assert read_transcript(path) == TRANSCRIPT


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"schema_version": 1', '"schema_version": 2', "schema_version"),
        ('"server": null', '"server": null, "grade": 100', "grade"),
        ('"from": "human"', '"from": "student"', "student"),
        ('"from": "gpt"', '"from": "human"', "turn 1 is again the human's"),
        ('"seed": 20190214', '"seed": -1', "seed"),
        ('"temperature": 0.7', '"temperature": "hot"', "temperature"),
        ('"model"', "model", "malformed"),
    ],
)
def test_what_is_no_transcript_is_refused_in_one_line(tmp_path, edit, old, new, reason):
    path = tmp_path / "chat.json"
    path.write_text(FORM, encoding="utf-8")
    edit(path, old, new)
    with pytest.raises(CourseError, match=reason) as caught:
        read_transcript(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "chat.json"
    path.write_bytes(FORM.encode("gb18030"))
    with pytest.raises(CourseError, match="not a transcript"):
        read_transcript(path)


def test_a_place_that_cannot_be_written_is_one_line_and_says_how_to_choose_another(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CourseError, match="--save FILE") as caught:
        write_transcript(tmp_path / "file" / "chat.json", TRANSCRIPT)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "option"),
    [
        ({"temperature": -0.1}, "--temperature"),
        ({"temperature": float("nan")}, "--temperature"),
        ({"temperature": float("inf")}, "--temperature"),
        ({"top_p": 0.0}, "--top-p"),
        ({"top_p": 1.1}, "--top-p"),
        ({"max_new_tokens": 0}, "--max-new-tokens"),
    ],
)
def test_a_setting_out_of_range_is_named_by_its_option(values, option):
    with pytest.raises(CourseError, match=f"^{option}: "):
        check_settings(**values)
