"""The cache: what was graded once comes back as it was, or not at all."""

from __future__ import annotations

import os
import threading

import msgspec
import pytest

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports import schema
from autograder.scale.cache import FOLDER, Cache, is_lasting

KEY, OTHER = "ab" * 32, "cd" * 32


def _test(status):
    return schema.TestReport(
        id="t.py::t", exercise="e", title="t", status=status, score=0.0, max_score=1.0,
        visibility="public", message="", hint="", duration_s=0.1,
    )  # fmt: skip


@pytest.fixture
def report(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    submission = Submission("s01", "tiny", {"tiny.py": b"x = 1\n"})
    graded = blank_report(assignment, submission, Options(), "graded")
    return msgspec.structs.replace(graded, tests=(_test("passed"), _test("failed")))


def test_a_result_comes_back_as_it_was(tmp_path, report):
    Cache(tmp_path).put(KEY, report)
    assert Cache(tmp_path).get(KEY) == report
    assert Cache(tmp_path).get(OTHER) is None


def test_the_folder_is_kept_out_of_version_control_and_of_backups(tmp_path, report):
    Cache(tmp_path).put(KEY, report)
    assert (tmp_path / FOLDER / ".gitignore").read_text() == "*\n"
    tag = (tmp_path / FOLDER / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: data + b"\0",
    ],
    ids=["short", "empty", "a bit", "long"],
)
def test_a_damaged_result_is_thrown_away_and_never_believed(tmp_path, report, damage):
    cache = Cache(tmp_path)
    cache.put(KEY, report)
    (entry,) = cache.entries()
    entry.path.write_bytes(damage(entry.path.read_bytes()))
    assert cache.get(KEY) is None
    assert not entry.path.exists()


def test_what_a_moment_of_the_machine_may_have_caused_is_not_kept(tmp_path, report):
    fleeting = msgspec.structs.replace(report, fleeting=True)
    assert not is_lasting(fleeting)
    Cache(tmp_path).put(KEY, fleeting)
    assert Cache(tmp_path).get(KEY) is None


@pytest.mark.parametrize("status", ["ungradable", "rejected"])
def test_a_report_without_marks_is_not_kept(report, status):
    assert is_lasting(report)
    assert not is_lasting(msgspec.structs.replace(report, status=status))


def test_what_was_used_longest_ago_goes_first(tmp_path, report):
    Cache(tmp_path).put("a" * 64, report)
    (entry,) = Cache(tmp_path).entries()
    cache = Cache(tmp_path, max_bytes=2 * entry.size)
    for age, letter in enumerate("dcb", start=2):  # a is the newest, d the oldest but for its use
        cache.put(letter * 64, report)
        os.utime(cache.folder / (2 * letter) / (64 * letter), (1e9 - age, 1e9 - age))
    assert cache.get("b" * 64)
    cache.prune()
    assert {entry.path.name[0] for entry in cache.entries()} == {"a", "b"}


def test_a_link_in_its_place_is_not_cleared(tmp_path, report):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / FOLDER).symlink_to(tmp_path / "elsewhere")
    cache = Cache(tmp_path)
    cache.put(KEY, report)
    with pytest.raises(CourseError, match=rf"{FOLDER}: a link to .*elsewhere, .* Do: "):
        cache.clear()
    assert Cache(tmp_path).get(KEY) == report


def test_clearing_leaves_nothing_and_is_no_error_twice(tmp_path, report):
    cache = Cache(tmp_path)
    cache.put(KEY, report)
    cache.clear()
    assert not (tmp_path / FOLDER).exists()
    cache.clear()
    assert cache.get(KEY) is None


def test_a_cache_that_cannot_be_written_is_told_once_and_costs_no_result(tmp_path, report, capsys):
    (tmp_path / FOLDER).write_text("in the way")
    cache = Cache(tmp_path)
    cache.put(KEY, report)
    cache.put(OTHER, report)
    assert cache.get(KEY) is None
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{FOLDER}: cannot be written (" in line
    assert "--no-cache" in line


def test_several_at_once_read_whole_results_or_none(tmp_path, report, capsys):
    cache = Cache(tmp_path, max_bytes=1)
    wrong = []

    def use():
        for _ in range(60):
            cache.put(KEY, report)
            wrong.extend(one for one in [cache.get(KEY)] if one not in (None, report))
            cache.prune()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert capsys.readouterr().err == ""  # nobody was in another's way
