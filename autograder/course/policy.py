"""The late policy of an assignment, [late] in assignment.toml: what a late hand-in costs. Pure."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

TABLE = "late"  # of assignment.toml
DAY = timedelta(days=1)
MAX_GRACE_MINUTES = 7 * 24 * 60
MAX_FREE_DAYS = 366
_UNGRADED = (TABLE, "leaderboard", "consensus")  # tables of assignment.toml that decide no result


class LatePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is taken off for each day begun after the deadline and its grace.

    The deadline carries an offset (`2026-10-01T23:59:00+08:00`), or has none and `zone` beside it.
    """

    deadline: datetime
    percent_a_day: float  # of what was earned, or of max_score
    zone: str = ""  # such as "Asia/Shanghai"
    grace_minutes: float = 0.0  # days are counted from their end
    cap_percent: float = 100.0  # no more than so much is taken off
    free_days: int = 0  # late days that cost nothing
    of: Literal["earned", "max_score"] = "earned"

    @property
    def due(self) -> datetime:
        """The deadline with its time zone."""
        return self.deadline.replace(tzinfo=self.tz)

    @property
    def tz(self) -> tzinfo:
        return ZoneInfo(self.zone) if self.zone else _offset(self.deadline)


@dataclass(frozen=True)
class Lateness:
    """How late something came, and what that costs."""

    by: timedelta  # after the deadline itself
    days: int  # begun after the grace
    free: int  # of them: without a cost
    percent: float  # taken off, the cap respected


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # at the ends of the calendar
        return moment.replace(tzinfo=UTC)


def lateness(policy: LatePolicy, moment: datetime) -> Lateness | None:
    """None for what came in time, or in the grace. A moment without a zone is in the policy's."""
    at = moment if moment.tzinfo else moment.replace(tzinfo=policy.tz)
    by = _utc(at) - _utc(policy.due)  # across a change of clocks, too
    counted = by - timedelta(minutes=policy.grace_minutes)
    if counted <= timedelta(0):
        return None
    days = math.ceil(counted / DAY)
    free = min(days, policy.free_days)
    percent = min((days - free) * policy.percent_a_day, policy.cap_percent)
    return Lateness(by, days, free, percent)


def policy_problems(policy: LatePolicy) -> Iterator[str]:
    """What is wrong with it, as far as the types let it through."""
    yield from _deadline_problems(policy)
    percents = {"percent_a_day": policy.percent_a_day, "cap_percent": policy.cap_percent}
    for name, value in percents.items():
        if not 0 <= value <= 100:
            yield f"{TABLE}: {name} is {value:g}, not between 0 and 100"
    if not 0 <= policy.grace_minutes <= MAX_GRACE_MINUTES:
        yield f"{TABLE}: grace_minutes is not between 0 and {MAX_GRACE_MINUTES} (a week)"
    if not 0 <= policy.free_days <= MAX_FREE_DAYS:
        yield f"{TABLE}: free_days is not between 0 and {MAX_FREE_DAYS}"


def without_policy(toml: bytes) -> bytes:
    """What of an assignment.toml decides results: its content without the late policy."""
    try:
        content = tomllib.loads(toml.decode())
    except ValueError:  # another assignment's, which nobody has read
        return toml
    kept = {name: value for name, value in content.items() if name not in _UNGRADED}
    return msgspec.json.encode(kept, order="sorted")


def _deadline_problems(policy: LatePolicy) -> Iterator[str]:
    written = policy.deadline.isoformat()
    if policy.deadline.tzinfo:
        if policy.zone:
            yield f"{TABLE}: the deadline {written} has an offset, and zone is given too: keep one"
        return
    if not policy.zone:
        yield (
            f"{TABLE}: the deadline {written} has no time zone: write its offset "
            f'({written}+08:00), or beside it zone = "Asia/Shanghai"'
        )
        return
    zone = _zone(policy.zone)
    if zone is None:
        yield f'{TABLE}: zone {policy.zone!r} is unknown here: write one such as "Asia/Shanghai"'
    elif not _is_once(policy.deadline.replace(tzinfo=zone)):
        yield (
            f"{TABLE}: the clocks in {policy.zone} are changed at {written}, so that this time "
            "comes twice or never: write its offset instead of zone"
        )


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # there is none; a folder; no name at all
        return None


def _is_once(moment: datetime) -> bool:
    return moment.utcoffset() == moment.replace(fold=1).utcoffset()


def _offset(moment: datetime) -> tzinfo:
    assert moment.tzinfo, "policy_problems lets no other through"
    return moment.tzinfo
