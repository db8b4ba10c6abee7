"""Names as Moodle, Canvas and Blackboard make them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.intake.uploads import Upload, parse_upload


@pytest.mark.parametrize(
    ("name", "upload"),
    [
        ("Ada Byron_1234567_assignsubmission_file_", Upload("Ada Byron_1234567")),
        ("Ada Byron_1234567_assignsubmission_file", Upload("Ada Byron_1234567")),
        ("Ada Byron_1234567_assignsubmission_file_my_gpt2.zip", Upload("Ada Byron_1234567")),
        ("李 雷_7_assignsubmission_file_作业.zip", Upload("李 雷_7")),
        ("Group A-Ada_7_assignsubmission_file_", Upload("Group A-Ada_7")),
        ("Participant 12_12_assignsubmission_file_", Upload("Participant 12_12")),
        ("Ada Byron_1_assignsubmission_onlinetext_", Upload("Ada Byron_1", is_text=True)),
        ("Ada_1_assignsubmission_onlinetext_onlinetext.html", Upload("Ada_1", is_text=True)),
        ("byronada_12345_67890_gpt2.zip",
         Upload("byronada_12345", attempt=(67890, 0), title="gpt2")),
        ("byronada_LATE_12345_67890_gpt2.zip",
         Upload("byronada_12345", attempt=(67890, 0), title="gpt2", is_late=True)),
        ("byronada_12345_67890_gpt2-1.zip",
         Upload("byronada_12345", attempt=(67890, 1), title="gpt2")),
        ("byronada_LATE_1_2_my_work-12.tar.gz",
         Upload("byronada_1", attempt=(2, 12), title="my_work", is_late=True)),
        ("eve_LATE_12_34_z_1_assignsubmission_file_hw.zip",
         Upload("eve_12", attempt=(34, 0), title="z_1_assignsubmission_file_hw", is_late=True)),
        ("The task_s123_attempt_2026-10-01-23-58-07_a_b.zip",
         Upload("s123", attempt=(1790899087, 0), at=datetime(2026, 10, 1, 23, 58, 7))),
        ("The task_s123_attempt_2026-10-01-23-58-07_x_attempt_2001-01-01-00-00-00_y.zip",
         Upload("s123", attempt=(1790899087, 0), at=datetime(2026, 10, 1, 23, 58, 7))),
        ("The task_s123_attempt_2026-10-01-23-58-07.txt",
         Upload("s123", attempt=(1790899087, 0), is_text=True,
                at=datetime(2026, 10, 1, 23, 58, 7))),
        ("s01_20261001T155807Z.zip",
         Upload("s01", attempt=(1790870287, 0), at=datetime(2026, 10, 1, 15, 58, 7, tzinfo=UTC))),
        ("eve_1_2_z_20261001T155807Z.zip",
         Upload("eve_1", attempt=(2, 0), title="z_20261001T155807Z")),
        ("s01_20261301T155807Z.zip", None),
        ("s01_20261001T155807.zip", None),
        ("eve_12_34_assignsubmission_file_hw.zip",
         Upload("eve_12", attempt=(34, 0), title="assignsubmission_file_hw")),
        ("byronada_12345_67890_model.py",
         Upload("byronada_12345", attempt=(67890, 0), title="model")),
        ("Eve X_7_assignsubmission_file_a_8_assignsubmission_file_b.zip", Upload("Eve X_7")),
        ("Ada Byron_11_99_assignsubmission_file_hw.zip", Upload("Ada Byron_11_99")),
        ("s01", None),
        ("s01.zip", None),
        ("s01_gpt2.zip", None),
        ("my_gpt_2.zip", None),
    ],
)  # fmt: skip
def test_a_name_says_who_and_when(name, upload):
    assert parse_upload(name) == upload


def test_a_folder_is_never_canvass():
    assert parse_upload("byronada_12345_67890_gpt2.v2", is_folder=True) is None
    name = "Ada_12_34_x_7_assignsubmission_file_"
    assert parse_upload(name, is_folder=True) == Upload("Ada_12_34_x_7")


@given(st.text(max_size=100))
def test_any_name_is_an_upload_or_none(name):
    assert parse_upload(name) is None or parse_upload(name).student
