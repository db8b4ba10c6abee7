"""Ctrl-C and a termination signal at a random moment: an orderly end that leaves nothing."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.faults.conftest import half_written, reports
from tests.faults.private import wait_until

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        seeds = range(metafunc.config.getoption("--faults"))
        metafunc.parametrize(("sent", "seed"), [([*CODES][n % 2], n) for n in seeds])


def test_a_signal_ends_the_run_in_order(start, course, undisturbed, sent, seed):
    draw = random.Random(seed)  # noqa: S311
    output = course.root / f"signal-{seed}"
    run = start("--output", output.name)
    # From when it writes there it answers for itself; before, Python is only starting.
    wait_until((output / ".lock").exists)
    first = seed % 4 and draw.randrange(9)
    wait_until(lambda: len(list(output.glob("tiny/*.json"))) >= first)
    time.sleep(draw.uniform(0, 0.4 if first else 2.5))
    assert run.is_alive
    run.signal(sent)
    assert run.finish() == CODES[sent], run.errors
    assert "Traceback" not in run.errors
    assert len(run.lines()) <= 1
    wait_until(lambda: not run.everyone())
    assert not run.left()
    assert not half_written(output)
    for student, report in reports(output).items():
        assert report == undisturbed[student]


def test_ctrl_c_again_and_again_leaves_no_process(start, course):
    run = start("--output", "impatient")
    wait_until(lambda: list((course.root / "impatient").glob("tiny/*.json")))
    while run.is_alive:
        run.signal(signal.SIGINT)
        time.sleep(0.02)
    run.finish()
    wait_until(lambda: not run.everyone())
