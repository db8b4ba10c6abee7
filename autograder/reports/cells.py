"""Cells of CSV files that other programs import: text that is no formula, and plain numbers."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.reports.schema import Adjustment

_FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")  # also in full width


def text_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: students choose their folder's name."""
    return f"'{text}" if text.lstrip(" \"'").startswith(_FORMULA_STARTS) else text


def number_cell(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def adjustments_text(adjustments: Iterable[Adjustment], between: str = "; ") -> str:
    """Each with its points and reason, in one line."""
    return between.join(
        f"{one.kind} {one.points:+g}: {' '.join(one.reason.split())}" for one in adjustments
    )
