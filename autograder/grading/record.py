"""What a graded test puts on record besides passing or failing: parts, notes, bars, a bonus."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.course.assignment import Text
from autograder.grading.verdict import Cause, Status, judge

MAX_LABEL = 40  # characters of a bar's label: students choose the words in it
MAX_NOTE = 300  # characters of a note or a reason


@dataclass(frozen=True)
class Part:
    """A share of a test's points, how much of it was earned (0…1), and why not all of it."""

    share: float
    title: Text
    status: Status
    cause: Cause
    earned: float


@dataclass(frozen=True)
class Bar:
    """One bar of a picture: `right` marks what is right, `yours` what the student said."""

    label: str
    value: float
    right: bool = False
    yours: bool = False


@dataclass(frozen=True)
class Bars:
    """A small bar picture; the values are of one unit, which the title names."""

    title: Text
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Bonus:
    """Points over the assignment's own."""

    points: float
    reason: Text


@dataclass(frozen=True)
class Entries:
    """All that one test recorded."""

    parts: tuple[Part, ...] = ()
    notes: tuple[Text, ...] = ()
    pictures: tuple[Bars, ...] = ()
    bonuses: tuple[Bonus, ...] = ()

    @property
    def earned(self) -> float:
        """The share of the test's points that its parts give, 0…1."""
        whole = sum(part.share for part in self.parts)
        return sum(part.share * part.earned for part in self.parts) / (whole or 1.0)


class Record:
    """The fixture `record`. Texts are kept printable and short, whoever wrote them."""

    def __init__(self) -> None:
        self._entries = Entries()

    @contextlib.contextmanager
    def part(self, share: float, *, en: str, zh: str) -> Iterator[None]:
        """Partial credit: `share` of the test's points, relative to the shares of its other parts.

        What the student got wrong inside costs this part only. A test that has parts earns
        nothing for what lies outside them, and all is lost where that fails.
        """
        status: Status = "passed"
        cause: Cause = None
        try:
            yield
        except Exception as error:
            verdict = judge(error)
            if verdict is None:
                raise
            status, cause = verdict
        self._add(Part(share, Text(en=en, zh=zh), status, cause, float(status == "passed")))

    def quantity(self, share: float, earned: float, *, en: str, zh: str, why: Text) -> None:
        """Partial credit in proportion: `earned`, cut to 0…1, of `share`; `why` says how much."""
        if not math.isfinite(earned):
            raise ValueError("what was earned is not a finite number")
        part = min(1.0, max(0.0, earned))
        status: Status = "passed" if part == 1 else "partial" if part else "failed"
        self._add(Part(share, Text(en=en, zh=zh), status, why, part))

    def _add(self, part: Part) -> None:
        self._entries = replace(self._entries, parts=(*self._entries.parts, part))

    def note(self, *, en: str, zh: str) -> None:
        """A line that the report shows, whether the test passes or not."""
        notes = (*self._entries.notes, _text(en, zh))
        self._entries = replace(self._entries, notes=notes)

    def bars(self, bars: Sequence[Bar], *, en: str, zh: str) -> None:
        """A bar picture that the report shows, whether the test passes or not."""
        if not all(math.isfinite(bar.value) for bar in bars):
            raise ValueError("a bar's value is not a finite number")
        shown = (Bar(_plain(b.label, MAX_LABEL), b.value, b.right, b.yours) for b in bars)
        pictures = (*self._entries.pictures, Bars(_text(en, zh), tuple(shown)))
        self._entries = replace(self._entries, pictures=pictures)

    def bonus(self, points: float, *, en: str, zh: str) -> None:
        """Points over the assignment's own, up to its `max_bonus` in all."""
        bonuses = (*self._entries.bonuses, Bonus(points, _text(en, zh)))
        self._entries = replace(self._entries, bonuses=bonuses)

    def take(self) -> Entries:
        """What was recorded since the last call."""
        entries, self._entries = self._entries, Entries()
        return entries


def _text(en: str, zh: str) -> Text:
    return Text(en=_plain(en, MAX_NOTE), zh=_plain(zh, MAX_NOTE))


def _plain(text: str, limit: int) -> str:
    """One printable line of at most `limit` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)
