"""The figures as Markdown: benchmarks/results/speed.md."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.versus.classes import SOURCES
from benchmarks.versus.measure import Spread
from benchmarks.versus.rounds import Result, ratio

VERSIONS = "import sys, importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in sys.argv[1:]), sep=', ')"  # noqa: E501 # fmt: skip


@dataclass(frozen=True)
class Goal:
    """A figure of this grader alone, beside what it should be."""

    what: str
    goal: str
    measured: str


def speed(results: Sequence[Result], goals: Sequence[Goal], rounds: int) -> str:
    """The whole page."""
    parts = [
        "# Speed, side by side",
        f"{_machine()}. By `make bench`: medians of {rounds} rounds with the least and the "
        "greatest, the tools in turn, one core each.",
        _comparison(results),
        "With start: a class of the size given, from the command to its end. Each further one: "
        "what a larger class took longer than a smaller one, by submission; a minute: of these. "
        "Memory: proportional set size of all processes at its peak, while the smaller class is "
        "graded.",
        _settings(results),
        _marks(results),
        _goals(goals),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _comparison(results: Sequence[Result]) -> str:
    head = ("tool", "class", "with start, s each", "each further one, s", "a minute and core",
            "times ours, with start", "times ours, further", "memory, MiB")  # fmt: skip
    ours = results[0]
    rows = [
        (
            one.tool.name,
            f"{one.tool.sizes[1]} (less {one.tool.sizes[0]})",
            Spread.of(one.with_start).text(2),
            Spread.of(one.further).text(2),
            f"{60 / Spread.of(one.further).median:.1f}",
            ratio(one.with_start, ours.with_start).text(2),
            ratio(one.further, ours.further).text(2),
            "" if one.memory_mib is None else f"{one.memory_mib:.0f}",
        )
        for one in results
    ]
    return _table(head, rows)


def _settings(results: Sequence[Result]) -> str:
    rows = [(one.tool.name, one.tool.setting, _versions(one)) for one in results]
    return _table(("tool", "setting", "versions"), rows)


def _versions(result: Result) -> str:
    command = [result.tool.python(), "-c", VERSIONS, *result.tool.packages]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _marks(results: Sequence[Result]) -> str:
    """The number of tests passed, by submission; a mark that is not ours is bold."""
    graded = [name for name in SOURCES if all(name in one.marks for one in results)]
    ours = results[0].marks
    rows = [
        (name, *(f"{count}" if count == ours[name] else f"**{count}**"
                 for count in (one.marks[name] for one in results)))
        for name in graded
    ]  # fmt: skip
    differ = sum(one.marks[name] != ours[name] for one in results for name in graded)
    said = f"{differ} marks differ" if differ else "All tools give the same marks"
    table = _table(("tests passed", *(one.tool.name for one in results)), rows)
    return f"{said}.\n\n{table}"


def _goals(goals: Sequence[Goal]) -> str:
    rows = [(one.what, one.goal, one.measured) for one in goals]
    return _table(("this grader", "goal", "measured"), rows) if goals else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    facts = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(": ")[1] for line in facts if line.startswith("model name")), "")
    today = datetime.datetime.now(datetime.UTC).date()
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return (f"{today}, {os.cpu_count()} cores ({model or platform.machine()}), {system}, "
            f"Python {platform.python_version()}")  # fmt: skip
