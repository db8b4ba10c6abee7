"""A class on a cluster of real processes: what comes and goes there, and what a mark is."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError, GraderFault
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report, encode
from autograder.scale import local
from autograder.scale.cluster import client as dask_client
from autograder.scale.cluster import connect, run
from autograder.scale.job import Failed, Job, Result

PATIENCE_S = 120.0  # seconds; a busy machine is no failure

RIGHT = b"def scaled_sum(x, factor):\n    return factor * x.sum(-1)\n"
WRONG = b"def scaled_sum(x, factor):\n    return x.sum(-1)\n"
RAISING = b"def scaled_sum(x, factor):\n    raise ValueError(x.shape)\n"
ENDLESS = b"def scaled_sum(x, factor):\n    while factor > 2: pass\n    return factor * x.sum(-1)\n"
HUGE = b"def scaled_sum(x, factor):\n    return factor * x.sum(-1) + 1e9\n"

# What happens in a grading process, by what the student's code answers. `PLACE` is a folder that
# all of them see; the course's own folder is another one on each worker, and its name tells them
# apart.
SUITE = """
import os
import signal
import time
from pathlib import Path

PLACE = Path({place!r})


def parent(pid):
    stat = Path(f"/proc/{{pid}}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def seen():
    return len(list(PLACE.glob("autograder-course-*")))


def wait_until(true):
    while not true():
        time.sleep(0.02)


def test_adds_along_the_last_axis(student, draw):
    out = student.call("scaled_sum", x=draw.normal("x", 2, 2), factor=1.0)
    root = Path(__file__).parents[2]
    (PLACE / root.name).write_text(str(root))
    host = parent(parent(os.getpid()))
    assert b"cluster.host" in Path(f"/proc/{{host}}/cmdline").read_bytes()
    {then}


def test_multiplies_by_the_factor(student, draw):
    student.call("scaled_sum", x=draw.normal("x", 2, 2), factor=2.0)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that all grading processes see."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
def behave(tiny_course, edit, place) -> Callable[[str], None]:
    """Makes the suite do something in a grading process, with `huge` as the student's answer."""
    toml = tiny_course.root / "assignments/tiny/assignment.toml"

    def write(then: str) -> None:
        text = SUITE.format(place=str(place), then=f"huge = out['total'].max() > 1e8\n    {then}")
        tiny_course.write("tests/tiny/test_tiny.py", text)
        edit(toml, "call_s = 2.0", "call_s = 20.0")

    return write


def _job(course) -> Job:
    return Job(load_assignment(course.root, "tiny"), Options())


def _class(*codes: bytes) -> list[Submission]:
    return [Submission(f"s{n:02}", "tiny", {"tiny.py": code}) for n, code in enumerate(codes)]


def _student(result: Result) -> str:
    return result.submission.student if isinstance(result, Failed) else result.submission.id


def _timeless(results: Iterable[Result]) -> dict[str, bytes]:
    """The reports as they are written, without times."""
    found = {}
    for one in results:
        assert isinstance(one, Report)
        tests = tuple(msgspec.structs.replace(test, duration_s=0.0) for test in one.tests)
        same = msgspec.structs.replace(one, started_at="", duration_s=0.0, tests=tests)
        found[one.submission.id] = encode(same)
    return found


def _await(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _course_folders(place: Path) -> list[Path]:
    """Where workers have laid out the course."""
    return [Path(path.read_text()) for path in place.glob("autograder-course-*")]


def test_the_reports_are_those_of_a_local_run_and_no_worker_sees_the_course(cluster, tiny_course):
    cluster.add_worker()
    submissions = _class(RIGHT, WRONG, RAISING, ENDLESS, b"def scaled_sum(", RIGHT, WRONG)
    job = _job(tiny_course)
    here = _timeless(local.grade_all(job, submissions, 2))
    taken = 0

    def source() -> Iterator[Submission]:
        nonlocal taken
        for taken, submission in enumerate(submissions, 1):  # noqa: B007
            yield submission

    with connect(cluster.address) as grade_all:
        results = grade_all(job, source())
        first = next(results)
        assert taken <= 3  # that one, and two that are away
        shutil.rmtree(tiny_course.root)
        assert _timeless([first, *results]) == here


def test_a_worker_that_joins_gets_work_and_that_of_one_that_is_killed(
    cluster, tiny_course, behave, place
):
    behave(
        "late = out['total'].max() > 1e11\n"
        "    wait_until((PLACE / 'go').exists if late else lambda: seen() == 2 or not huge)"
    )
    last = HUGE.replace(b"1e9", b"1e12")
    worker = cluster.add_worker()
    with connect(cluster.address) as grade_all:
        results = grade_all(_job(tiny_course), _class(RIGHT, HUGE, *[last] * 5))
        found = [next(results)]
        cluster.add_worker()
        found.append(next(results))  # once two workers have been seen at work
        worker.kill()
        (place / "go").touch()
        found += results
    assert sorted(map(_student, found)) == [f"s{n:02}" for n in range(7)]
    assert all(isinstance(one, Report) and one.status == "graded" for one in found)
    _await(lambda: not any(folder.exists() for folder in _course_folders(place)))


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """To be loaded by a worker first: it says that it has another torch."""
    path = tmp_path / "older.py"
    path.write_text(
        "from autograder.grading import blank\n"
        "known = blank.versions()\n"
        "blank.versions = lambda: known | {'torch': '2.12.0'}\n"
    )
    return path


def test_a_worker_of_another_version_is_named_once_and_gets_no_work(
    cluster, tiny_course, behave, place, older, capsys
):
    behave("pass")
    cluster.add_worker()
    cluster.add_worker("--preload", older)
    with connect(cluster.address) as grade_all:
        results = grade_all(_job(tiny_course), _class(*[RIGHT] * 6))
        assert all(isinstance(one, Report) for one in results)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "torch 2.12.0 there, " in lines[0]
    assert lines[0].startswith("autograder: tcp://127.0.0.1:")
    assert lines[0].endswith(" here: not used. Do: install the same there")
    assert len(_course_folders(place)) == 1


def test_a_cluster_of_another_version_ends_the_run(cluster, tiny_course, older):
    cluster.add_worker("--preload", older)
    with (
        connect(cluster.address) as grade_all,
        pytest.raises(GraderFault, match=r"none of its 1 workers can be used \(torch 2.12.0 there"),
    ):
        list(grade_all(_job(tiny_course), _class(RIGHT)))


def test_a_lost_scheduler_ends_the_run_in_one_line(cluster, tiny_course, behave, capfd):
    behave("wait_until(lambda: not huge)")
    cluster.add_worker()
    with connect(cluster.address) as grade_all:
        results = grade_all(_job(tiny_course), _class(RIGHT, HUGE, HUGE))
        next(results)
        cluster.scheduler.kill()
        with pytest.raises(GraderFault, match=r"the scheduler is lost .*run the same command"):
            list(results)
    assert capfd.readouterr().err == ""


def test_a_host_that_dies_once_costs_nothing_and_again_only_its_submission(
    cluster, tiny_course, behave
):
    cluster.add_worker()
    behave(
        "once = PLACE / 'once'\n"
        "    if huge and (out['total'].max() > 1e11 or not once.exists()):\n"
        "        once.touch()\n"
        "        os.kill(host, signal.SIGKILL)\n"
        "        os._exit(1)"
    )
    with connect(cluster.address) as grade_all:
        deadly = HUGE.replace(b"1e9", b"1e12")
        once, again = grade_all(_job(tiny_course), _class(HUGE, deadly))
    assert isinstance(once, Report)
    assert isinstance(again, Failed)
    assert "the grading host died" in again.reason


def test_what_kills_dask_workers_is_given_up_and_the_class_goes_on(
    tiny_course, behave, monkeypatch
):
    monkeypatch.setattr(run, "DEATHS", 2)
    behave("huge and (os.kill(parent(host), signal.SIGKILL), time.sleep(60))")
    with connect("local:1") as grade_all:
        found = {_student(one): one for one in grade_all(_job(tiny_course), _class(HUGE, RIGHT))}
    assert isinstance(found["s01"], Report)
    assert isinstance(found["s00"], Failed)
    assert "2 Dask workers died" in found["s00"].reason


def test_a_run_that_is_stopped_leaves_nothing_running(cluster, tiny_course, behave, place):
    behave("wait_until(lambda: not huge)")
    cluster.add_worker()
    with connect(cluster.address) as grade_all:
        results = grade_all(_job(tiny_course), _class(RIGHT, *[HUGE] * 4))
        next(results)
        folders = _course_folders(place)
        assert folders
        results.close()
        _await(lambda: not any(folder.exists() for folder in folders))


def test_a_broken_course_ends_the_run_and_is_named_where_it_is(cluster, tiny_course):
    cluster.add_worker()
    tiny_course.write("tests/tiny/test_tiny.py", "import no_such_module\n")
    with (
        connect(cluster.address) as grade_all,
        pytest.raises(CourseError, match=f"(?s){tiny_course.root}/tests/tiny.*no_such_module"),
    ):
        list(grade_all(_job(tiny_course), _class(RIGHT)))


def test_no_submissions_are_no_results(cluster, tiny_course):
    cluster.add_worker()
    with connect(cluster.address) as grade_all:
        assert list(grade_all(_job(tiny_course), [])) == []


@pytest.mark.parametrize("where", ["tcp://127.0.0.1:1", "nonsense", "tcp://no-such-host:8786"])
def test_an_address_where_nobody_answers_is_told(where, monkeypatch, capfd):
    monkeypatch.setattr(dask_client, "CONNECT_S", 1.0)
    with pytest.raises(CourseError, match=f"--dask {where}: .*Do: give the scheduler's address"):
        connect(where).__enter__()
    assert capfd.readouterr().err == ""


def test_encryption_needs_certificates():
    with pytest.raises(CourseError, match="no certificates are configured here"):
        connect("tls://127.0.0.1:8786").__enter__()


@pytest.mark.parametrize("number", ["", "0", "two", "-1"])
def test_a_local_cluster_has_a_number_of_processes(number):
    with pytest.raises(CourseError, match="no number of processes"):
        connect(f"local:{number}").__enter__()


def test_a_scheduler_without_workers_is_told(cluster, monkeypatch):
    monkeypatch.setattr(dask_client, "WORKERS_S", 0.0)
    with pytest.raises(GraderFault, match=f"{cluster.address}: a scheduler without workers"):
        connect(cluster.address).__enter__()
