"""When something was handed in: by name, commit or time stamp; never by the file's own time."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.intake.discover import find_students
from autograder.intake.folders import read_folder
from autograder.intake.times import Moment, known_time, local, parse_time

CHINA = timezone(timedelta(hours=8))
CODE = b"x = 1\n"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-10-01T23:59:00+08:00", datetime(2026, 10, 1, 23, 59, tzinfo=CHINA)),
        ("2026-10-01T15:59:00Z", datetime(2026, 10, 1, 15, 59, tzinfo=UTC)),
        ("2026-10-01 15:59:00 UTC", datetime(2026, 10, 1, 15, 59, tzinfo=UTC)),
        ("2026-10-01 23:59:00 +0800", datetime(2026, 10, 1, 23, 59, tzinfo=CHINA)),
        ("2026-10-01 23:59", datetime(2026, 10, 1, 23, 59)),
        ("Thursday, 1 October 2026, 11:59 PM", datetime(2026, 10, 1, 23, 59)),
        ("Thursday, 1 October 2026, 12:05 AM", datetime(2026, 10, 1, 0, 5)),
        ("1 October 2026, 23:59", datetime(2026, 10, 1, 23, 59)),
        ("2026年10月1日 星期四 23:59", datetime(2026, 10, 1, 23, 59)),
        ("2026年10月1日 星期四 下午11:59", datetime(2026, 10, 1, 23, 59)),
    ],
)
def test_times_as_programs_write_them_are_understood(text, at):
    assert parse_time(text) == at


def test_a_zone_by_name_is_understood():
    found = parse_time("2026-10-01 23:59:00.123456 Asia/Shanghai")
    assert found == datetime(2026, 10, 1, 23, 59, 0, 123456, tzinfo=CHINA)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "1/10/2026 23:59", "10/1/2026", "2026-10-01", "2026-10-01 25:00",
     "Thursday, 31 June 2026, 11:59 PM", "2026-10-01 12:00 Nowhere/Land", "1790000000"],
)  # fmt: skip
def test_what_is_no_time_or_may_be_two_is_none(text):
    assert parse_time(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_time_or_none(text):
    assert parse_time(text) is None or parse_time(text).year


def test_a_moment_is_shown_in_the_deadlines_zone():
    assert local(Moment(datetime(2026, 10, 1, 15, 59, tzinfo=UTC), "list"), CHINA) == (
        "2026-10-01 23:59+08:00"
    )
    assert local(Moment(datetime(2026, 10, 1, 23, 59), "list"), CHINA) == "2026-10-01 23:59+08:00"


def test_the_end_of_time_is_shown_as_it_is():
    end = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert local(Moment(end, "commit"), CHINA) == "9999-12-31 23:59+00:00"


def _hand_in(folder, name):
    home = folder / name / "tiny"
    home.mkdir(parents=True)
    (home / "tiny.py").write_bytes(CODE)
    return home


def _known(folder):
    (student,) = find_students([folder], ["tiny"])
    return student.id, known_time(student, "tiny", {"tiny.py": CODE})


def test_a_stamp_in_the_name_is_the_time_and_no_part_of_the_id(tmp_path):
    _hand_in(tmp_path, "s01_20261001T155807Z")
    moment = Moment(datetime(2026, 10, 1, 15, 58, 7, tzinfo=UTC), "name")
    assert _known(tmp_path) == ("s01", moment)


def test_blackboards_name_has_the_servers_time(tmp_path):
    home = _hand_in(tmp_path / "x", "s1234567")
    name = "The tiny task_s1234567_attempt_2026-10-01-23-58-07_my work.zip"
    (tmp_path / "class").mkdir()
    _zip(home.parent, tmp_path / "class" / name)
    moment = Moment(datetime(2026, 10, 1, 23, 58, 7), "name")
    assert _known(tmp_path / "class") == ("s1234567", moment)


def test_a_later_stamp_is_the_newer_submission(tmp_path):
    _hand_in(tmp_path, "s01_20261002T000000Z")
    _hand_in(tmp_path, "s01_20261001T235959Z")
    assert _known(tmp_path)[1].at == datetime(2026, 10, 2, tzinfo=UTC)


def test_of_several_uploads_the_one_that_counts_has_the_time(tmp_path):
    _hand_in(tmp_path, "s01_20261001T000000Z")
    (tmp_path / "s01_20261002T000000Z" / "other").mkdir(parents=True)
    assert _known(tmp_path)[1].at == datetime(2026, 10, 1, tzinfo=UTC)


def test_nbgraders_time_stamp_is_read(tmp_path):
    home = _hand_in(tmp_path, "s01")
    (home / "timestamp.txt").write_text("2026-10-01 15:58:07.948203 UTC\n")
    moment = Moment(datetime(2026, 10, 1, 15, 58, 7, 948203, tzinfo=UTC), "stamp")
    assert _known(tmp_path) == ("s01", moment)


COMMITTED = Moment(datetime(2026, 10, 1, 12, tzinfo=UTC), "commit")


def _commit(folder):
    environment = {**os.environ, "GIT_COMMITTER_DATE": "2026-10-01T12:00:00Z"}
    git = ["git", "-c", "user.name=s", "-c", "user.email=s@x"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], cwd=folder, env=environment, check=True)


def test_a_commit_is_asked_before_a_file_beside_the_work(tmp_path):
    home = _hand_in(tmp_path, "s01")
    (home / "timestamp.txt").write_text("2001-01-01 00:00:00 UTC\n")
    _commit(home.parent)
    assert _known(tmp_path)[1] == COMMITTED


@pytest.mark.parametrize("name", ["tiny.ipynb", "other.ipynb"])
def test_of_a_notebook_its_own_bytes_are_looked_for_in_the_commit(tmp_path, name):
    home = tmp_path / "s01" / "tiny"
    home.mkdir(parents=True)
    notebook = (
        '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": "x = %d"}]}'
    )
    (home / name).write_text(notebook % 1)
    _commit(home.parent)
    (student,) = find_students([tmp_path], ["tiny"])
    read = read_folder(home.parent, "tiny", ["other.py"])
    assert known_time(student, "tiny", read) == COMMITTED
    (home / name).write_text(notebook % 2)  # and not committed
    assert known_time(student, "tiny", read) is None


def test_of_a_file_in_another_encoding_its_own_bytes_are_looked_for(tmp_path):
    home = _hand_in(tmp_path, "s01")
    (home / "tiny.py").write_bytes("# coding: gbk\nx = '鬼'\n".encode("gbk"))
    _commit(home.parent)
    (student,) = find_students([tmp_path], ["tiny"])
    assert known_time(student, "tiny", read_folder(home.parent, "tiny", ["tiny.py"])) == COMMITTED


def test_when_the_file_was_changed_says_nothing(tmp_path):
    home = _hand_in(tmp_path, "s01")
    os.utime(home / "tiny.py", (10**9, 10**9))
    assert _known(tmp_path) == ("s01", None)
    _zip(home.parent, tmp_path / "s02.zip")
    (student,) = find_students([tmp_path / "s02.zip"], ["tiny"])
    assert known_time(student, "tiny", {"tiny.py": CODE}) is None


def test_a_time_stamp_that_leads_out_is_not_followed(tmp_path):
    home = _hand_in(tmp_path / "class", "s01")
    outside = tmp_path / "outside.txt"
    outside.write_text("2001-01-01 00:00:00 UTC\n")
    (home / "timestamp.txt").symlink_to(outside)
    assert _known(tmp_path / "class")[1] is None


def _zip(folder: Path, target: Path) -> None:
    import zipfile

    with zipfile.ZipFile(target, "w") as archive:
        for path in folder.rglob("*.py"):
            archive.write(path, path.relative_to(folder))
