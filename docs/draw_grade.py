"""Draws docs/grade.svg, the README's picture, from the reports that `make grade` wrote."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.course.assignment import find_course
from autograder.reports.schema import decode
from autograder.reports.terminal import class_summary

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 110  # columns
FONT_FACES = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)  # fonts from the network: none here


def main() -> None:
    assignment = find_course(ROOT).assignment("gpt2")
    paths = sorted((ROOT / "reports" / "gpt2").glob("*.json"))
    reports = [decode(path.read_bytes(), path) for path in paths]
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text("$ make grade", style="bold"))
    console.print(class_summary(assignment, reports, "en", WIDTH))
    console.print("reports/index.html")
    svg = FONT_FACES.sub("", console.export_svg(title="autograder"))
    (ROOT / "docs" / "grade.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
