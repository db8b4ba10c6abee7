"""An attention pattern as a picture, PNG and SVG, where matplotlib is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from autograder.course.assignment import Language
from autograder.grading.pattern import Pattern
from autograder.loop.words import say


def draw_picture(pattern: Pattern, stem: Path, language: Language) -> list[str]:
    """Writes `stem`.png and .svg and says so, or says what it takes to have them."""
    if find_spec("matplotlib") is None:
        return [say("no picture without matplotlib. Do: pip install matplotlib", language)]
    from matplotlib.figure import Figure

    heads = len(pattern.yours)
    figure = Figure(figsize=(6.5, 3.1 * heads), layout="constrained")
    axes = figure.subplots(heads, 2, squeeze=False)
    for head, (yours, expected) in enumerate(zip(pattern.yours, pattern.expected, strict=True)):
        for place, name, weights in zip(axes[head], ("yours", pattern.reference),
                                        (yours, expected), strict=True):  # fmt: skip
            image = place.imshow(weights.numpy(), vmin=0, vmax=1, cmap="Blues")
            place.set_title(f"head {head + 1}, {name}", fontsize=10)
            place.set_xticks(range(len(pattern.tokens)), pattern.tokens, rotation=45)
            place.set_yticks(range(len(pattern.tokens)), pattern.tokens)
    figure.colorbar(image, ax=axes, shrink=0.6, label="how much a row looks at a column")
    stem.parent.mkdir(parents=True, exist_ok=True)
    written = [stem.with_suffix(suffix) for suffix in (".png", ".svg")]
    for path in written:
        figure.savefig(path, dpi=120)
    return [str(path) for path in written]
