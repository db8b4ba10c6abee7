"""What a student gives and what known mistakes give → which mistake it is, or nothing. Pure.

A wrong diagnosis is worse than none. So a mistake is named only where it accounts for all of an
exercise: what fails, fails in the same way and gives the same at every call, and what passes would
pass with it too. Of two mistakes in one exercise each test must show one alone.
"""

from __future__ import annotations

import builtins
import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.course.gaps import UNFILLED_ERROR
from autograder.diagnosis.sketches import CallTrace, Sketch, Trace, distance, tolerance
from autograder.diagnosis.table import Known, KnownMistake

MOST_ALIKE = 3  # mistakes that give the same: beyond, the outputs tell nothing
ENOUGH = 2  # weight of evidence
MANY = 16  # integers or truths, of two kinds or more, that agree one by one
FLEETING = ("timeout", "crashed", "limit")  # may end otherwise another time

# As a share of a tensor's length: what orders of summing, or a step in single precision, come to.
NOISE = {"float64": 1e-8, "float32": 1e-6, "float16": 1e-3, "bfloat16": 1e-2}
# How much nearer to the mistake's output than the right one is a student's must be.
NEARER = 50.0

_NUMBERED = re.compile(r"error: (RuntimeError|ValueError|IndexError): .*\d", re.DOTALL)
_NAMED = re.compile(r"error: (\w+): ")


@dataclass(frozen=True)
class Finding:
    """A mistake, or several that give the same, and the tests that it accounts for."""

    mistakes: tuple[KnownMistake, ...]
    tests: tuple[str, ...]


def explain(exercise: str, student: Sequence[Trace], known: Known) -> tuple[Finding, ...]:
    """The mistakes that account for an exercise, of which `student` are all tests that were run.

    Of a test that passes, how it ended is enough. Nothing is found where anything is in doubt.
    """
    failed = {one.id: one for one in student if one.status != "passed"}
    if not is_open_to_question(failed.values()):
        return ()
    passed = {one.id for one in student} - failed.keys()
    look = _Look(failed, {one.id: one for one in known.right})
    fitting = [one for one in known.mistakes
               if one.exercise == exercise and look.fits(one, passed)]  # fmt: skip
    whole = [one for one in fitting if look.caught(one) == failed.keys()]
    if whole:
        return (Finding(tuple(whole), tuple(failed)),) if len(whole) <= MOST_ALIKE else ()
    return _in_parts(look, fitting)


def shows(mistake: KnownMistake, test: Trace, known: Known) -> bool:
    """Whether a failed test, of whichever exercise, gave what it gives with this mistake alone."""
    look = _Look({test.id: test}, {one.id: one for one in known.right})
    return any(one.id == test.id and one.status != "passed" and look.is_same(one)
               for one in mistake.tests)  # fmt: skip


def is_open_to_question(failed: Iterable[Trace]) -> bool:
    """Whether a mistake could be told from these: no gap is open, none ended by chance, and some
    gave values."""
    traces = list(failed)
    return not any(one.status in FLEETING or _has_gap(one) for one in traces) and any(
        one.status in ("failed", "partial") or _is_telling(one) for one in traces
    )


def _in_parts(look: _Look, fitting: Sequence[KnownMistake]) -> tuple[Finding, ...]:
    """Two mistakes, where each failed test shows one of them alone, in one way only."""
    groups: dict[frozenset[str], list[KnownMistake]] = {}
    for one in fitting:
        groups.setdefault(look.caught(one), []).append(one)
    pairs = [
        pair for pair in itertools.combinations(groups, 2)
        if not pair[0] & pair[1] and pair[0] | pair[1] == look.failed.keys()
    ]  # fmt: skip
    if len(pairs) != 1 or any(len(groups[part]) > MOST_ALIKE for part in pairs[0]):
        return ()
    return tuple(
        Finding(tuple(groups[part]), tuple(test for test in look.failed if test in part))
        for part in pairs[0]
    )


class _Look:
    """Compares mistakes with what a student's failed tests gave."""

    def __init__(self, failed: Mapping[str, Trace], right: Mapping[str, Trace]) -> None:
        self.failed = failed
        self._right = right

    def caught(self, mistake: KnownMistake) -> frozenset[str]:
        """The student's failed tests that fail with the mistake."""
        return frozenset(one.id for one in mistake.tests
                         if one.status != "passed" and one.id in self.failed)  # fmt: skip

    def fits(self, mistake: KnownMistake, passed: set[str]) -> bool:
        """Whether all tests that the mistake fails are the student's, in the same way, and tell."""
        own = {one.id: one for one in mistake.tests}
        if any(own[test].status != "passed" for test in passed & own.keys()):
            return False
        if not (passed | self.failed.keys()) <= own.keys():
            return False
        caught = [own[test] for test in self.caught(mistake)]
        if not all(self.is_same(one) for one in caught):
            return False
        return sum(self._weight(one) for one in caught) + _errors(caught) >= ENOUGH

    def is_same(self, wrong: Trace) -> bool:
        """Whether the student's test came to the same as with the mistake."""
        mine = self.failed[wrong.id]
        if (mine.status, mine.found, len(mine.calls)) != (
            wrong.status, wrong.found, len(wrong.calls)
        ):  # fmt: skip
            return False
        return all(
            _is_same_call(*pair, self._right_call(wrong, number))
            for number, pair in enumerate(zip(mine.calls, wrong.calls, strict=True))
        )

    def _right_call(self, wrong: Trace, number: int) -> Mapping[str, Sketch]:
        """What is right where the mistake's call stands, as far as the reference made it too."""
        right = self._right.get(wrong.id)
        if right is None or number >= len(right.calls):
            return {}
        call = right.calls[number]
        return dict(call.outputs) if call.probe == wrong.calls[number].probe else {}

    def _weight(self, wrong: Trace) -> int:
        """How much the outputs of a failed test tell: of the most telling one."""
        return max(
            (
                _tells(output)
                for number, call in enumerate(wrong.calls)
                for name, output in call.outputs
                if _is_off(output, self._right_call(wrong, number).get(name))
            ),
            default=0,
        )


def _is_same_call(mine: CallTrace, wrong: CallTrace, right: Mapping[str, Sketch]) -> bool:
    if (mine.probe, mine.failure) != (wrong.probe, wrong.failure):
        return False
    if [name for name, _ in mine.outputs] != [name for name, _ in wrong.outputs]:
        return False
    return all(
        distance(one, other) <= _allowed(one, other, right.get(name))
        for (name, one), (_, other) in zip(mine.outputs, wrong.outputs, strict=True)
    )


def _allowed(mine: Sketch, wrong: Sketch, right: Sketch | None) -> float:
    """How far a student's output may be from the mistake's: little, beside how wrong that is."""
    most = tolerance(mine, wrong)
    off = math.inf if right is None else distance(wrong, right)
    return min(most, max(off / NEARER, _noise(mine, wrong)))


def _is_off(wrong: Sketch, right: Sketch | None) -> bool:
    return right is not None and distance(wrong, right) > 10 * _noise(wrong, right)


def _noise(one: Sketch, other: Sketch) -> float:
    return max(NOISE.get(one.dtype, 0.0), NOISE.get(other.dtype, 0.0))


def _tells(output: Sketch) -> int:
    """Evidence in a wrong output. Floats that agree do not do so by chance, unless they are all
    zero or no numbers; of integers many must."""
    if output.is_float:
        return 2 if output.norm else 0
    is_pattern = output.kinds >= 2 and math.prod(output.shape) >= MANY
    return 2 if output.kinds >= 4 or is_pattern else 1 if output.kinds >= 2 else 0


def _errors(caught: Iterable[Trace]) -> int:
    """Evidence in errors: one for each telling message."""
    failures = {call.failure for one in caught for call in one.calls}
    return sum(map(_is_telling_error, failures))


def _has_gap(trace: Trace) -> bool:
    return any(call.failure.startswith(f"error: {UNFILLED_ERROR}") for call in trace.calls)


def _is_telling(trace: Trace) -> bool:
    return any(_is_telling_error(call.failure) for call in trace.calls)


def _is_telling_error(failure: str) -> bool:
    """Whether it names a number, such as a shape, or is of the course's or a library's own kind."""
    named = _NAMED.match(failure)
    is_own = named is not None and not hasattr(builtins, named[1])
    return is_own or _NUMBERED.match(failure) is not None
