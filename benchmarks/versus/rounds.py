"""The comparison: every tool grades its two classes in each round, and the tools take turns."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.versus.classes import class_of, name_of
from benchmarks.versus.measure import CORE, Spread, peak_mib, seconds
from benchmarks.versus.tool import Tool


@dataclass(frozen=True)
class Result:
    """Of one tool, on one core. Seconds; each list has one figure a round."""

    tool: Tool
    with_start: tuple[float, ...]  # a submission of the larger class, the start shared out
    further: tuple[float, ...]  # each submission by which the larger class is larger
    memory_mib: float | None  # the peak, with the smaller class; None where nobody looked
    marks: Mapping[str, int]  # by submission, the number of tests passed


def compare(tools: Sequence[Tool], rounds: int, *, memory: bool) -> list[Result]:
    """Lays out the classes of all tools, then grades them round by round.

    Looking at the memory takes time, so that it has a run of its own.
    """
    with tempfile.TemporaryDirectory() as name:
        places = {tool.name: _laid(tool, Path(name, tool.name)) for tool in tools}
        times: dict[str, list[tuple[float, float]]] = {tool.name: [] for tool in tools}
        for number in range(rounds):
            for tool in tools:
                small, large = (seconds(tool.commands(at), {CORE}) for at in places[tool.name])
                times[tool.name].append((small, large))
                print(f"round {number + 1}: {tool.name}: {small:.1f} s for {tool.sizes[0]}, "
                      f"{large:.1f} s for {tool.sizes[1]}", flush=True)  # fmt: skip
        return [_result(tool, places[tool.name], times[tool.name], memory) for tool in tools]


def _laid(tool: Tool, folder: Path) -> tuple[Path, Path]:
    small, large = folder / "small", folder / "large"
    for place, size in zip((small, large), tool.sizes, strict=True):
        place.mkdir(parents=True)
        tool.lay(place, class_of(size))
    return small, large


def _result(
    tool: Tool, places: tuple[Path, Path], times: Sequence[tuple[float, float]], memory: bool
) -> Result:
    fewer, more = tool.sizes
    return Result(
        tool=tool,
        with_start=tuple(large / more for _, large in times),
        further=tuple((large - small) / (more - fewer) for small, large in times),
        marks={name_of(student): count for student, count in tool.marks(places[1]).items()},
        memory_mib=peak_mib(tool.commands(places[0])) if memory else None,
    )


def ratio(times: Sequence[float], others: Sequence[float]) -> Spread:
    """Of two tools' seconds, round by round."""
    return Spread.of([one / other for one, other in zip(times, others, strict=True)])
