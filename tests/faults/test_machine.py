"""A machine that lacks something: room, the right to write, descriptors, a clock that goes on."""

from __future__ import annotations

import pytest

from tests.faults.conftest import half_written, reports

# Time goes back by an hour with every look at the clock.
BACKWARDS = """
import itertools, time

_count, _time = itertools.count(), time.time
time.time = lambda: _time() - 3600 * next(_count)
time.time_ns = lambda: int(time.time() * 1e9)
"""


@pytest.mark.parametrize("kib", [4, 64])
def test_a_full_disk_is_one_line_and_leaves_whole_what_is_there(start, course, undisturbed, kib):
    output = course.root / f"disk-{kib}"
    output.mkdir()
    run = start(
        "--output", output.name,
        # What the disk holds is seen from outside only if it is copied.
        before=f"mount -t tmpfs -o size={kib}k none {output.name}; mkdir copy-{kib}; "
        f'"$@"; code=$?; cp -a {output.name}/. copy-{kib}; exit $code',
    )  # fmt: skip
    assert run.finish() == 3
    (line,) = run.lines()
    assert f"{output.name}/" in line
    assert "cannot be written (No space left on device). Do: make room there, or choose" in line
    copy = course.root / f"copy-{kib}"
    assert not half_written(copy)
    for student, report in reports(copy).items():
        assert report == undisturbed[student]
    assert bool(reports(copy)) == (kib == 64)


def test_a_full_memory_disk_is_our_fault_and_no_mark(start, course):
    run = start(
        "--output", "crowded", before="mount -t tmpfs -o size=1200m,nr_inodes=8 none /dev/shm"
    )
    assert run.finish() == 3
    assert all("No space left on device" in line for line in run.lines())
    assert all(one["status"] == "ungradable" for one in reports(course.root / "crowded").values())


def test_a_folder_that_takes_no_files_is_told_before_anything_is_graded(start, course):
    output = course.root / "read-only"
    output.mkdir()
    run = start(
        "--output", "read-only",
        before="mount --bind read-only read-only; mount -o remount,bind,ro read-only",
    )  # fmt: skip
    assert run.finish() == 2
    assert run.lines() == [
        "autograder: read-only: cannot be written in (Read-only file system). "
        "Do: choose another --output"
    ]
    assert not list(output.iterdir())


@pytest.mark.parametrize("most", [8, 16, 32, 63])
def test_too_few_descriptors_are_one_line_before_anything_is_graded(start, course, most):
    run = start("--output", "few", before=f"ulimit -n {most}")
    assert run.finish() == 3
    (line,) = run.lines()
    assert line.startswith(f"autograder: at most {most} files may be open here, and 80 are needed.")
    assert "Do: ulimit -n 80" in line
    assert not reports(course.root / "few")
    assert not run.left()


def test_exactly_enough_descriptors_are_enough(start, course, undisturbed):
    run = start("--output", "enough", before="ulimit -S -n 16 && ulimit -H -n 80")
    assert run.finish() == 0, run.errors
    assert reports(course.root / "enough") == undisturbed


def test_a_clock_that_goes_back_makes_no_time_negative(start, course, undisturbed, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BACKWARDS)
    run = start("--output", "backwards", path=[tmp_path])
    assert run.finish() == 0, run.errors
    assert reports(course.root / "backwards") == undisturbed  # which looks at each duration
