"""The comparison as a bar plot: benchmarks/results/speed.svg."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.versus.measure import Spread
from benchmarks.versus.rounds import Result


def plot(results: Sequence[Result], path: Path) -> None:
    """Submissions a minute and core, logarithmic; lines from the slowest to the fastest round."""
    mpl.rcParams["svg.hashsalt"] = "speed"  # the same figures give the same file
    figure = Figure(figsize=(8, 0.8 + 0.7 * len(results)), layout="constrained")
    axes = figure.subplots()
    names = [one.tool.name for one in results]
    for name, offset, color in (("further", -0.2, "#2a6f97"), ("with_start", 0.2, "#a9c5d6")):
        spreads = [Spread.of([60 / s for s in getattr(one, name)]) for one in results]
        places = [number + offset for number in range(len(results))]
        values = [one.median for one in spreads]
        errors = [[one.median - one.low for one in spreads],
                  [one.high - one.median for one in spreads]]  # fmt: skip
        label = {"further": "each further submission", "with_start": "a class, with its start"}
        bars = axes.barh(places, values, 0.38, xerr=errors, color=color, label=label[name],
                         error_kw={"elinewidth": 1})  # fmt: skip
        axes.bar_label(bars, [f"{value:.3g}" for value in values], padding=6)
    axes.set_xscale("log")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(left=1)
    axes.margins(x=0.15)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("submissions a minute and core (gpt2, 56 tests)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper left", ncols=2, frameon=False)
    figure.savefig(path, metadata={"Date": None})
