"""Which folders and archives are students, which are classes of them, and what they handed in."""

from __future__ import annotations

import unicodedata
import warnings
import zipfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import CourseError
from autograder.intake.discover import (
    find_students,
    handed_in,
    read_submission,
    skipped,
    superseded,
)
from tests.autograder.intake.making import FORMATS, TINY, packed, tarred, zipped


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
        (tmp_path / "file.txt", "neither a folder nor an archive"),
    ]:
        with pytest.raises(CourseError, match=complaint) as caught:
            find_students([path], ["gpt2"])
        assert str(caught.value).startswith(f"{path}: ")
        assert "Do: " in str(caught.value)


GOOD = [("gpt2/model.py", b"x = 1"), ("gpt2/answers.json", b"{}")]


def _one(path):
    """What the one student at `path` handed in."""
    (student,) = find_students([path], ["gpt2"])
    return read_submission(student, TINY)


def _class(path, members):
    path.write_bytes(packed(members, path.name.partition(".")[2]))
    students = find_students([path], ["gpt2"], archives_are_classes=True)
    return students, [read_submission(student, TINY) for student in students]


@pytest.mark.parametrize("suffix", [*FORMATS, "tgz"])
def test_any_archive_is_read_like_a_folder(tmp_path, suffix):
    path = tmp_path / f"s01.{suffix}"
    path.write_bytes(packed(GOOD, "tar.gz" if suffix == "tgz" else suffix))
    submission = _one(path)
    assert submission.student == "s01"
    assert submission.files == {"model.py": b"x = 1", "answers.json": b"{}"}
    assert not submission.problem


def test_a_form_too_large_is_but_its_own_problem(tmp_path):
    path = tmp_path / "s01.tar.gz"
    path.write_bytes(packed([GOOD[0], ("gpt2/answers.json", b"{}" * 5000)], "tar.gz"))
    submission = _one(path)
    assert submission.files == {"model.py": b"x = 1"}
    assert submission.unread == {
        "answers.json": "gpt2/answers.json: 10 KiB, more than 1 KiB. "
        "Do: hand in the filled template only"
    }


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("wrapper", ["", "class/"])
def test_a_class_of_folders_is_graded_from_one_archive(tmp_path, suffix, wrapper):
    members = [(f"{wrapper}{one}/gpt2/model.py", one.encode()) for one in ("s02", "s01", "学生")]
    students, submissions = _class(tmp_path / f"c.{suffix}", members)
    assert [one.id for one in students] == ["s01", "s02", "学生"]
    assert [one.files["model.py"].decode() for one in submissions] == ["s01", "s02", "学生"]
    assert handed_in(students, ["gpt2", "sft"]) == ["gpt2"]
    assert list(tmp_path.iterdir()) == [tmp_path / f"c.{suffix}"]  # nothing is unpacked


MOODLE = [
    ("Ada Byron_11_assignsubmission_file_/gpt2/model.py", b"a"),
    ("Ada Byron_11_assignsubmission_onlinetext_/onlinetext.html", b""),
    ("Bo Li_12_assignsubmission_file/mine.zip", zipped([("gpt2/model.py", b"b")])),
    ("Cy Ng_13_assignsubmission_file_mine.tar.gz", tarred([("cy/gpt2/model.py", b"c")], "gz")),
    ("Di Wu_14_assignsubmission_file_/mine.zip", b"no zip"),
    ("Ed Xu_15_assignsubmission_file_/report.pdf", b""),
    ("Fu Yi_16_assignsubmission_onlinetext_/onlinetext.html", b""),
]


def _unpack(members, folder):
    for name, data in members:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize("is_unpacked", [False, True])
def test_a_class_as_moodle_hands_it_out(tmp_path, is_unpacked):
    path = tmp_path / "moodle.zip"
    path.write_bytes(zipped(MOODLE))
    if is_unpacked:
        path = _unpack(MOODLE, tmp_path / "moodle")
    students = find_students([path], ["gpt2"], archives_are_classes=not is_unpacked)
    submissions = [read_submission(one, TINY) for one in students]
    assert [one.id for one in students] == [
        "Ada Byron_11", "Bo Li_12", "Cy Ng_13", "Di Wu_14", "Ed Xu_15", "Fu Yi_16"]  # fmt: skip
    assert [one.files.get("model.py") for one in submissions] == [b"a", b"b", b"c"] + [None] * 3
    assert f"{path}/Di Wu_14_assignsubmission_file_/mine.zip: cannot be" in submissions[3].problem
    assert "gpt2/model.py: not handed in. Do: " in submissions[4].problem
    assert "onlinetext_: not an archive. Do: " in submissions[5].problem
    assert handed_in(students, ["gpt2"]) == ["gpt2"]
    assert not skipped([path], ["gpt2"], archives_are_classes=not is_unpacked)
    assert not superseded(students)


CANVAS = [
    ("byronada_11_70_mine.zip", zipped([("gpt2/model.py", b"a")])),
    ("byronada_LATE_11_71_mine-1.zip", zipped([("gpt2/model.py", b"b")])),
    ("libo_12_72_mine.zip", zipped([("inner.tar", tarred([("gpt2/model.py", b"c")]))])),
    ("ngcy_13_73_model.py", b"x = 1"),
]


@pytest.mark.parametrize("is_unpacked", [False, True])
def test_a_class_as_canvas_hands_it_out(tmp_path, is_unpacked):
    path = tmp_path / "canvas.zip"
    path.write_bytes(zipped(CANVAS))
    if is_unpacked:
        path = _unpack(CANVAS, tmp_path / "canvas")
    students = find_students([path], ["gpt2"], archives_are_classes=not is_unpacked)
    submissions = [read_submission(one, TINY) for one in students]
    assert [one.id for one in students] == ["byronada_11", "libo_12", "ngcy_13"]
    assert [one.files.get("model.py") for one in submissions] == [b"b", b"c", None]
    do = "Do: hand in the zip that make pack makes"
    assert submissions[2].problem == f"{path}/ngcy_13_73_model.py: not an archive. {do}"
    assert not skipped([path], ["gpt2"], archives_are_classes=not is_unpacked)
    (line,) = superseded(students)
    assert line.startswith(f"{path}/byronada_LATE_11_71_mine-1.zip: the newest of 2 ")
    assert "not byronada_11_70_mine.zip. Do: " in line


SFT = msgspec.structs.replace(TINY, name="sft")


def _canvas(path, uploads, is_unpacked):
    """The students of a class that Canvas handed out."""
    if is_unpacked:
        path = _unpack(uploads.items(), path / "canvas")
    else:
        (path / "canvas.zip").write_bytes(zipped(uploads.items()))
        path /= "canvas.zip"
    return find_students([path], ["gpt2", "sft"], archives_are_classes=not is_unpacked)


def _work(*names, code=b"x = 1"):
    return zipped((f"{name}/model.py", code) for name in names)


@pytest.mark.parametrize("is_unpacked", [False, True])
@pytest.mark.parametrize("suffixes", [("gpt2", "sft"), ("sft", "gpt2")])
def test_two_assignments_in_two_uploads_both_count(tmp_path, suffixes, is_unpacked):
    uploads = {f"ada_11_{70 + n}_{name}.zip": _work(name) for n, name in enumerate(suffixes)}
    (ada,) = students = _canvas(tmp_path, uploads, is_unpacked)
    for one in (TINY, SFT):
        assert read_submission(ada, one).files == {"model.py": b"x = 1"}
    assert handed_in(students, ["gpt2", "sft"]) == ["gpt2", "sft"]
    assert not superseded(students)


@pytest.mark.parametrize("is_unpacked", [False, True])
@pytest.mark.parametrize("junk", [tarred([("report.txt", b"")]), b"no tar", b""])
def test_a_newer_upload_without_work_displaces_none(tmp_path, junk, is_unpacked):
    uploads = {
        "ada_11_70_hw.zip": _work("gpt2", code=b"old"),
        "ada_11_71_hw-1.zip": _work("gpt2"),
        "ada_11_72_report.tar": junk,
        "ada_11_73_report.pdf": b"",
    }
    (ada,) = students = _canvas(tmp_path, uploads, is_unpacked)
    assert read_submission(ada, TINY).files == {"model.py": b"x = 1"}
    assert read_submission(ada, SFT).problem
    (line,) = superseded(students)
    assert ", not ada_11_72_report.tar, ada_11_70_hw.zip, ada_11_73_report.pdf. Do: " in line


@pytest.mark.parametrize("is_unpacked", [False, True])
def test_of_two_uploads_the_broken_one_is_why_an_assignment_is_not_there(tmp_path, is_unpacked):
    uploads = {"ada_11_70_sft.zip": b"no zip", "ada_11_71_gpt2.zip": _work("gpt2")}
    (ada,) = _canvas(tmp_path, uploads, is_unpacked)
    assert "ada_11_70_sft.zip: cannot be unpacked" in read_submission(ada, SFT).problem


@pytest.mark.parametrize("is_unpacked", [False, True])
@pytest.mark.parametrize(
    "names",
    [("gpt2_20261126_101500_alice.zip", "gpt2_20261126_101501_bob.zip"),
     ("ada_11_70_hw-2.zip", "ada_11_99_final.zip")],
)  # fmt: skip
def test_uploads_that_may_be_two_students_stop_the_class(tmp_path, names, is_unpacked):
    with pytest.raises(CourseError, match=r"Do: rename them, or move all but one away") as caught:
        _canvas(tmp_path, dict.fromkeys(names, _work("gpt2")), is_unpacked)
    assert all(name in str(caught.value) for name in names)
    path = tmp_path / ("canvas" if is_unpacked else "canvas.zip")
    assert [_one(path / name).files for name in names] == [{"model.py": b"x = 1"}] * 2


def test_what_the_student_writes_for_an_attempt_does_not_make_it_newer(tmp_path):
    uploads = {
        f"ada_11_{name}.zip": _work("gpt2", code=name.encode()) for name in ("70_x-2", "99_x")
    }
    (ada,) = _canvas(tmp_path, uploads, is_unpacked=True)
    assert read_submission(ada, TINY).files == {"model.py": b"99_x"}


def test_a_path_may_name_a_student_or_an_upload_in_a_class(tmp_path):
    path = tmp_path / "canvas.zip"
    path.write_bytes(zipped(CANVAS))
    assert _one(path / "byronada_11").files["model.py"] == b"b"
    assert _one(path / "byronada_11_70_mine.zip").files["model.py"] == b"a"
    assert _one(_unpack(CANVAS, tmp_path / "c") / "libo_12").files["model.py"] == b"c"
    with pytest.raises(CourseError, match=r"canvas\.zip/nobody: Not a directory\. Do: check"):
        find_students([path / "nobody"], ["gpt2"])


@pytest.mark.parametrize("name", [MOODLE[0][0].partition("/")[0], CANVAS[1][0]])
def test_an_upload_given_by_itself_is_one_student(tmp_path, name):
    _unpack(MOODLE, tmp_path)
    _unpack(CANVAS, tmp_path)
    assert _one(tmp_path / name).student in ("Ada Byron_11", "byronada_11")


def test_a_folder_and_an_archive_of_one_id_in_an_archive_are_refused(tmp_path):
    members = [("s01/gpt2/model.py", b""), ("s01.zip", zipped(GOOD))]
    with pytest.raises(CourseError, match=r"the id 's01' is also at .*Do: rename one"):
        _class(tmp_path / "c.zip", members)


def test_a_student_in_an_archive_has_a_printable_id_in_one_form(tmp_path):
    names = ["red\x1b[31m\nline", unicodedata.normalize("NFD", "Zoë")]
    students, submissions = _class(tmp_path / "c.zip", [(f"{one}/gpt2/x", b"") for one in names])
    assert [one.id for one in students] == ["Zoë", "red%1B[31m%0Aline"]
    assert [one.is_renamed for one in students] == [False, True]
    assert all(one.problem.isprintable() for one in submissions)


def test_a_class_that_cannot_be_read_is_told_with_its_cause(tmp_path):
    path = tmp_path / "c.zip"
    path.write_bytes(zipped([("s01/gpt2/model.py", b""), ("../s02/gpt2/model.py", b"")]))
    with pytest.raises(CourseError, match=r"c\.zip: holds '\.\./s02.*Do: zip it again"):
        find_students([path], ["gpt2"], archives_are_classes=True)
    with pytest.raises(CourseError, match=r"c\.zip: holds '\.\./s02.*Do: zip it again"):
        handed_in(find_students([path], ["gpt2"]), ["gpt2"])


EVE = [("alice/gpt2/model.py", b"x = 0"), ("zeve/gpt2/model.py", b"x = 1")]


@pytest.mark.parametrize("wrapper", ["", "class/"])
@pytest.mark.parametrize("name", ["eve.zip", "eve_1_2_my work.zip"])
def test_a_students_archive_cannot_pose_as_a_class(tmp_path, wrapper, name):
    path = tmp_path / name
    path.write_bytes(zipped((f"{wrapper}{one}", data) for one, data in EVE))
    submission = _one(path)
    assert submission.student in ("eve", "eve_1")
    assert not submission.files
    assert submission.problem.startswith(f"{path}: holds several students' work")
    quoted = f"'{path}'" if " " in name else path
    do = f". Do: if it is a whole class: autograder grade --class {quoted}"
    assert submission.problem.endswith(do)


def test_beside_others_it_costs_its_own_student_only(tmp_path):
    (tmp_path / "alice.zip").write_bytes(zipped(GOOD))
    (tmp_path / "eve.zip").write_bytes(zipped(EVE))
    for paths in (sorted(tmp_path.glob("*.zip")), [tmp_path]):
        students = find_students(paths, ["gpt2"])
        assert handed_in(students, ["gpt2"]) == ["gpt2"]
        alice, eve = [read_submission(one, TINY) for one in students]
        assert (alice.student, alice.files["model.py"]) == ("alice", b"x = 1")
        assert (eve.student, eve.files) == ("eve", {})
        assert eve.problem


def test_one_students_archive_said_to_be_a_class_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"s01\.zip: one student's, .*Do: grade it without --cl"):
        _class(tmp_path / "s01.zip", GOOD)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("students")


def _is_settled(submission):
    """Whole, or refused in one line that says what to do."""
    problem = submission.problem
    if not problem:
        return "model.py" in submission.files
    return (
        problem.isprintable() and ": " in problem and ". Do: " in problem and not submission.files
    )


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=60)
@given(data=st.binary(max_size=2000))
def test_any_bytes_are_a_submission_or_refused_in_one_line(folder, suffix, data):
    (folder / f"s01.{suffix}").write_bytes(data)
    assert _is_settled(_one(folder / f"s01.{suffix}"))


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=60)
@given(edits=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_archive_is_a_submission_or_refused_in_one_line(folder, suffix, edits):
    data = bytearray(packed([*GOOD, ("inner.zip", zipped(GOOD))], suffix))
    for place, value in edits:
        data[place % len(data)] = value
    (folder / f"s01.{suffix}").write_bytes(data)
    with warnings.catch_warnings(action="ignore"):  # zipfile's, of a name twice
        assert all(
            _is_settled(read_submission(one, TINY))
            for one in find_students([folder / f"s01.{suffix}"], ["gpt2"])
        )
