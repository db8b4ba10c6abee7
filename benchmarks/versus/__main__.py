"""`make bench`: this grader beside nbgrader, Otter, plain pytest and the floor, and its own goals.

A run over some of the tools (`--only`) prints its table and writes nothing. A minute and a half, on
a quiet machine:

    python -m benchmarks.versus --rounds 1 --only pytest,floor,ours
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.versus import own
from benchmarks.versus.classes import ROOT
from benchmarks.versus.floor import FLOOR
from benchmarks.versus.measure import Spread
from benchmarks.versus.nbgrader_course import NBGRADER
from benchmarks.versus.otter_course import OTTER
from benchmarks.versus.ours import OURS
from benchmarks.versus.plain import PYTEST
from benchmarks.versus.rounds import Result, compare, ratio
from benchmarks.versus.table import Goal, speed

TOOLS = {"ours": OURS, "nbgrader": NBGRADER, "otter": OTTER, "pytest": PYTEST, "floor": FLOOR}
RESULTS = ROOT / "benchmarks" / "results"


def main() -> None:
    options = _options()
    tools = [tool for name, tool in TOOLS.items() if name in options.only]
    for tool in tools:
        tool.python()  # makes its environment, which takes minutes the first time
    whole = len(tools) == len(TOOLS)
    results = compare(tools, options.rounds, memory=whole)
    if not whole:
        print(speed(results, [], options.rounds))
        return
    page = speed(results, _goals(results, options.rounds), options.rounds)
    print(page)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "speed.md").write_text(page)
    from benchmarks.versus.plot import plot

    plot(results, RESULTS / "speed.svg")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=_names, default=list(TOOLS), metavar="TOOL,...",
                        help=f"some of {', '.join(TOOLS)}")  # fmt: skip
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(TOOLS)
    if unknown:
        raise argparse.ArgumentTypeError(f"no tool {min(unknown)}")
    return names


def _goals(results: list[Result], rounds: int) -> list[Goal]:
    by_name = {one.tool: one for one in results}
    ours = by_name[OURS]
    others = [
        Goal(f"{tool.name}'s time for each further submission to ours", "at least 40",
             ratio(by_name[tool].further, ours.further).text(1))
        for tool in (NBGRADER, OTTER)
    ]  # fmt: skip
    return [*others, *_command_line(rounds), *_warm(rounds)]


def _command_line(rounds: int) -> list[Goal]:
    """Cold start, memory and two jobs."""
    more, imports = own.cold(rounds)
    one, further = own.memory()
    whole, graded = own.two_jobs(max(1, rounds // 2))
    return [
        Goal("first report of a cold `grade`, after the time that the imports of torch, "
             "transformers, pytest and hypothesis take by themselves", "within 1 s",
             f"{more.text(2)} s; the imports {imports.text(2)} s; two cores"),
        Goal("private memory of a further job", "at most 100 MB",
             f"{further * 1.048576:.0f} MB; one job holds {one:.0f} MiB"),
        Goal(f"two jobs to one on two cores, class of {own.LARGE}, with its start; "
             "each further submission", "at least 1.8",
             f"{whole.text(2)}; {graded.text(2)}"),
    ]  # fmt: skip


def _warm(rounds: int) -> list[Goal]:
    """The sandbox against the floor in one process, and the other tasks."""
    from benchmarks.versus.sft_script import script
    from benchmarks.versus.warm import model_pair, pair

    with tempfile.TemporaryDirectory() as scratch:
        large = model_pair(rounds, Path(scratch))
    plain = script(max(1, rounds // 2))
    return [
        _beside("the gpt2 suite, warm", "at most 1.3 times the floor", *pair("gpt2", 3 * rounds)),
        _beside("the test at GPT-2's own size (124 M random parameters)", "", *large),
        _beside("task word_arithmetic, warm", "", *pair("word_arithmetic", rounds)),
        _beside("task sft with an adapter not seen before, warm", "", *pair("sft", rounds)),
        Goal("an adapter's figures by a plain script with peft", "", f"{plain.text(1)} s"),
    ]


def _beside(what: str, goal: str, sandboxed: Spread, floor: Spread) -> Goal:
    times = sandboxed.median / floor.median
    return Goal(
        what, goal, f"{sandboxed.text(2)} s; the floor {floor.text(2)} s: {times:.2f} times"
    )


if __name__ == "__main__":
    main()
