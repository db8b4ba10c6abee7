"""Which archives and folders are classes, and which of a student's uploads counts."""

from __future__ import annotations

import os
import zipfile

import pytest

from autograder.intake.classes import class_at, looks_like_class, newest
from tests.autograder.intake.making import FORMATS, packed, tarred, zipped

MINE = zipped([("gpt2/model.py", b"x = 1")])


def _names(tmp_path, members, suffix="zip"):
    """The students of an archive that is said to be a class."""
    path = tmp_path / f"c.{suffix}"
    path.write_bytes(packed(members, suffix))
    assert class_at(path, ["gpt2", "sft"]) is None  # where nobody says so
    entries = class_at(path, ["gpt2", "sft"], is_said=True)
    return None if entries is None else sorted(one.name for one in entries if one.is_student)


def _looks_like_class(tmp_path):
    (path,) = tmp_path.iterdir()
    return looks_like_class(path, ["gpt2", "sft"])


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("wrapper", ["", "class/"])
def test_folders_with_an_assignment_are_a_class(tmp_path, suffix, wrapper):
    members = [(f"{wrapper}{name}/gpt2/model.py", b"") for name in ("s01", "s02")]
    assert _names(tmp_path, members, suffix) == ["s01", "s02"]
    assert _looks_like_class(tmp_path)


@pytest.mark.parametrize("wrapper", ["", "class/"])
def test_archives_are_a_class_beside_folders_without_work(tmp_path, wrapper):
    members = [(f"{wrapper}{name}", MINE) for name in ("s01.zip", "s02.tgz", "s03/notes.txt")]
    assert _names(tmp_path, members) == ["s01.zip", "s02.tgz", "s03"]
    assert _looks_like_class(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["Ada_1_assignsubmission_file_/mine.zip", "Ada_1_assignsubmission_file_mine.zip",
     "byronada_LATE_1_2_mine.zip", "class/byronada_1_2_mine.zip"],
)  # fmt: skip
def test_a_single_upload_is_a_class(tmp_path, name):
    assert len(_names(tmp_path, [(name, MINE)])) == 1
    assert _looks_like_class(tmp_path)


@pytest.mark.parametrize("wrapper", ["", "class/"])
def test_a_class_of_one_is_a_class_where_it_is_said(tmp_path, wrapper):
    assert _names(tmp_path, [(f"{wrapper}s01/gpt2/model.py", b"")]) == ["s01"]
    assert not _looks_like_class(tmp_path)


@pytest.mark.parametrize(
    "members",
    [
        [("gpt2/model.py", b""), ("sft/chat.py", b"")],
        [("GPT2/model.py", b""), ("notes/sft/x", b"")],
    ],
)
def test_an_assignment_at_the_top_is_no_class_whatever_is_said(tmp_path, members):
    assert _names(tmp_path, members) is None


@pytest.mark.parametrize(
    "members",
    [
        [("gpt2/model.py", b""), ("sft/chat.py", b"")],
        [("s01/gpt2/model.py", b""), ("s01/sft/chat.py", b"")],
        [("s01/gpt2/model.py", b""), ("notes/a.txt", b""), ("__MACOSX/s01/._a", b"")],
        [("GPT2/model.py", b""), ("notes/sft/x", b"")],
        [("s01/gpt2/model.py", b""), ("table_1_2_x.csv", b"")],
        [("inner.zip", MINE)],
        [("inner.zip", MINE), ("report.pdf", b"")],
        [],
    ],
)
def test_anything_else_looks_like_one_students(tmp_path, members):
    (tmp_path / "c.zip").write_bytes(zipped(members))
    assert not _looks_like_class(tmp_path)


def test_what_moodle_lets_one_type_is_left_out_beside_a_file(tmp_path):
    texts = ["A_1_assignsubmission_onlinetext_/a.html", "A_1_assignsubmission_onlinetext_a.html"]
    members = [("A_1_assignsubmission_file_/m.zip", MINE), *((name, b"") for name in texts)]
    assert _counted(tmp_path, members) == [("A_1", "A_1_assignsubmission_file_", [])]


def test_who_only_typed_into_moodles_page_is_a_student(tmp_path):
    texts = ["A_1_assignsubmission_onlinetext_/a.html", "B_2_assignsubmission_onlinetext_a.html"]
    found = _counted(tmp_path, [(name, b"") for name in texts])
    assert sorted(student for student, _, _ in found) == ["A_1", "B_2"]


def test_an_upload_of_any_suffix_is_a_student_and_counts_last(tmp_path):
    names = ["a_1_20_x.zip", "a_1_30_report.pdf", "b_2_9_model.py", "c_3_9_x.rar"]
    assert _counted(tmp_path, [(name, MINE) for name in names]) == [
        ("a_1", "a_1_20_x.zip", ["a_1_30_report.pdf"]),
        ("b_2", "b_2_9_model.py", []),
        ("c_3", "c_3_9_x.rar", []),
    ]


def _counted(tmp_path, members):
    path = tmp_path / "c.zip"
    path.write_bytes(zipped(members))
    return [
        (last.student, last.name, [one.name for one in older])
        for last, older in newest(class_at(path, ["gpt2"], is_said=True))
    ]


def test_of_canvas_the_latest_file_counts_whatever_the_student_calls_it(tmp_path):
    names = [
        "a_1_20_x.zip",
        "a_LATE_1_40_x-2.zip",
        "a_1_30_x-10.zip",
        "a_1_30_x-9.zip",
        "b_2_9_x.zip",
        "b_2_10_y.zip",
    ]
    assert _counted(tmp_path, [(name, MINE) for name in names]) == [
        ("a_1", "a_LATE_1_40_x-2.zip", ["a_1_20_x.zip", "a_1_30_x-9.zip", "a_1_30_x-10.zip"]),
        ("b_2", "b_2_10_y.zip", ["b_2_9_x.zip"]),
    ]


def test_of_moodle_the_last_changed_file_counts(tmp_path):
    infos = [zipfile.ZipInfo(f"A_1_assignsubmission_file_{name}.zip", (year, 1, 1, 0, 0, 0))
             for name, year in (("x", 2024), ("y", 2026), ("z", 2025))]  # fmt: skip
    ((_, last, older),) = _counted(tmp_path, [(info, MINE) for info in infos])
    assert last == "A_1_assignsubmission_file_y.zip"
    assert [name[-5] for name in older] == ["x", "z"]


def test_on_disk_the_last_changed_counts_as_well(tmp_path):
    for name, time in (("x", 3), ("y", 9), ("z", 5)):
        path = tmp_path / f"A_1_assignsubmission_file_{name}.zip"
        path.write_bytes(MINE)
        os.utime(path, (time, time))
    ((last, older),) = newest(class_at(tmp_path, ["gpt2"]))
    assert last.name[-5] == "y"
    assert [one.name[-5] for one in older] == ["x", "z"]


def test_one_name_twice_in_an_archive_is_one_student(tmp_path):
    path = tmp_path / "c.tar"
    path.write_bytes(tarred([("s01.zip", MINE), ("s01.zip", MINE), ("s02.zip", MINE)]))
    assert [len(older) for _, older in newest(class_at(path, ["gpt2"], is_said=True))] == [1, 0]
