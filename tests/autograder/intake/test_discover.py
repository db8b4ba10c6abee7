"""Which folders and zips are students, and which are classes of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.intake.discover import find_students, handed_in


def _student(folder, name="gpt2"):
    (folder / name).mkdir(parents=True)
    return folder


def test_a_folder_with_an_assignment_is_one_student(tmp_path):
    path = _student(tmp_path / "s01")
    assert [one.id for one in find_students([path], ["gpt2"])] == ["s01"]


def test_any_other_folder_is_a_class_in_order_of_id(tmp_path):
    for name in ("s02", "s01", "s10"):
        _student(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not a student")
    (tmp_path / ".git").mkdir()
    assert [one.id for one in find_students([tmp_path], ["gpt2"])] == ["s01", "s02", "s10"]


def test_zips_stand_beside_folders(tmp_path):
    _student(tmp_path / "s01")
    with zipfile.ZipFile(tmp_path / "s02.zip", "w") as archive:
        archive.writestr("gpt2/modeling_gpt2.py", "")
    students = find_students([tmp_path], ["gpt2"])
    assert [one.id for one in students] == ["s01", "s02"]
    assert handed_in(students, ["gpt2", "sft"]) == ["gpt2"]


def test_a_student_who_handed_in_nothing_is_still_one_of_the_class(tmp_path):
    _student(tmp_path / "s01")
    (tmp_path / "s02").mkdir()
    assert [one.id for one in find_students([tmp_path], ["gpt2"])] == ["s01", "s02"]


def test_the_same_student_named_twice_is_graded_once(tmp_path):
    path = _student(tmp_path / "s01")
    assert len(find_students([path, tmp_path], ["gpt2"])) == 1


def test_two_students_of_one_id_are_refused(tmp_path):
    first, second = _student(tmp_path / "a" / "s01"), _student(tmp_path / "b" / "s01")
    with pytest.raises(CourseError, match=r"the id 's01' is also at .*Do: rename one"):
        find_students([first, second], ["gpt2"])


@pytest.mark.parametrize("name", ["a\nb", "tab\there", "bell\x07"])
def test_odd_characters_in_an_id_are_written_out(tmp_path, name):
    _student(tmp_path / name)
    (student,) = find_students([tmp_path], ["gpt2"])
    assert student.id.isprintable()
    assert "%" in student.id
    assert student.is_renamed
    assert student.path.is_dir()


def test_the_current_folder_has_its_name_for_an_id(tmp_path, monkeypatch):
    monkeypatch.chdir(_student(tmp_path / "s01"))
    (student,) = find_students([Path()], ["gpt2"])
    assert student.id == "s01"
    assert not student.is_renamed


def test_letters_of_any_script_and_spaces_stay(tmp_path):
    _student(tmp_path / "学生 1 (b)")
    (student,) = find_students([tmp_path], ["gpt2"])
    assert student.id == "学生 1 (b)"
    assert not student.is_renamed


def test_a_missing_path_an_empty_folder_and_a_plain_file_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("")
    for path, complaint in [
        (tmp_path / "missing", "No such file or directory"),
        (tmp_path / "empty", "no submissions here"),
        (tmp_path / "file.txt", "not a folder or a zip"),
    ]:
        with pytest.raises(CourseError, match=complaint) as caught:
            find_students([path], ["gpt2"])
        assert str(caught.value).startswith(f"{path}: ")
        assert "Do: " in str(caught.value)
