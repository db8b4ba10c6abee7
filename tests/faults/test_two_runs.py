"""Two runs on one folder of reports: the second is refused, and a dead run refuses nobody."""

from __future__ import annotations

import os
import signal

from tests.faults.conftest import reports
from tests.faults.private import wait_until


def test_the_second_run_is_refused_in_one_line_and_the_first_goes_on(start, course, undisturbed):
    output = course.root / "shared"
    first = start("--output", "shared")
    wait_until(lambda: list(output.glob("tiny/*.json")))
    second = start("--output", "shared")
    assert second.finish() == 2
    assert second.lines() == [
        f"autograder: shared: another run writes here (process {first.pid}). "
        "Do: wait for it, or choose another --output"
    ]
    assert first.finish() == 0, first.errors
    assert reports(output) == undisturbed


def test_a_run_that_was_killed_keeps_nobody_out(start, course, undisturbed):
    output = course.root / "released"
    first = start("--output", "released")
    wait_until(lambda: list(output.glob("tiny/*.json")))
    os.kill(first.pid, signal.SIGKILL)
    first.finish()
    second = start("--output", "released")
    assert second.finish() == 0, second.errors
    assert reports(output) == undisturbed
