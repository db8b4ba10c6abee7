"""kill -9 at a random moment, then the same command again: nothing is lost and no mark is wrong."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from tests.faults.conftest import half_written, reports
from tests.faults.private import wait_until

ROLES = ("zygote", "child", "worker", "run")
SETTLED_S = 120  # seconds after which a folder that nobody claims is taken for a dead run's


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        seeds = range(metafunc.config.getoption("--faults"))
        metafunc.parametrize(("role", "seed"), [(ROLES[n % len(ROLES)], n) for n in seeds])


def _kill(run, role, seed, output):
    """Kills one process of a role after a random number of reports and of milliseconds."""
    draw = random.Random(seed)  # noqa: S311
    first = draw.randrange(9)
    wait_until(lambda: len(list(output.glob("tiny/*.json"))) >= first or not run.is_alive)
    time.sleep(draw.uniform(0, 0.4 if first else 2.0))
    while run.is_alive:
        if pids := run.processes(role):
            try:
                os.kill(draw.choice(pids), signal.SIGKILL)
            except ProcessLookupError:
                continue  # a child that had just done its work
            return
    pytest.fail("the run ended before anything could be killed")


def test_what_is_killed_costs_no_mark_and_the_next_run_heals_it(
    start, course, undisturbed, role, seed
):
    output = course.root / f"{role}-{seed}"
    run = start("--output", output.name)
    _kill(run, role, seed, output)
    code = run.finish()
    assert code == -signal.SIGKILL if role == "run" else code in (0, 3), run.errors
    wait_until(lambda: not run.everyone())
    for student, report in reports(output).items():
        if report["status"] == "graded":
            assert report == undisturbed[student]

    if role == "run":
        _age(run)
    else:
        assert not run.left()
    again = start("--output", output.name)
    assert again.finish() == 0, again.errors
    assert reports(output) == undisturbed
    assert (output / "tiny/grades.csv").read_bytes() == (
        course.root / "undisturbed/tiny/grades.csv"
    ).read_bytes()
    assert (output / "index.html").exists()
    assert not again.left()
    assert not half_written(output)


def _age(run):
    """Makes what a dead run left look as old as it is when a person starts the next one."""
    long_ago = time.time() - SETTLED_S
    for folder in run.memory.iterdir():
        os.utime(folder, (long_ago, long_ago))
