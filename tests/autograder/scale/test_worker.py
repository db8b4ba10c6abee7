"""How a worker is ended."""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Iterator

import pytest

from autograder.scale.worker import end_on

USED = (signal.SIGTERM, signal.SIGALRM)


@pytest.fixture
def ended_on_sigterm() -> Iterator[None]:
    before = {one: signal.getsignal(one) for one in USED}
    end_on(signal.SIGTERM)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("ended_on_sigterm")
def test_a_signal_ends_it_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.usefixtures("ended_on_sigterm")
def test_a_signal_amid_a_callback_of_the_garbage_collector_ends_it_behind_that() -> None:
    phases: list[str] = []

    def callback(phase: str, _info: dict[str, int]) -> None:
        signal.raise_signal(signal.SIGTERM)
        phases.append(phase)
        gc.callbacks.remove(callback)  # once

    def collect_and_go_on() -> None:
        gc.collect()
        time.sleep(10)

    gc.callbacks.append(callback)
    with pytest.raises(KeyboardInterrupt):
        collect_and_go_on()
    assert len(phases) == 1
