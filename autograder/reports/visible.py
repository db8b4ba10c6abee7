"""Text from anywhere, with what would not show made to show: controls, bidi marks, and the like."""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
_SPACE = "Zs"  # the wide spaces of Chinese and typography
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters by name, and nothing to see


def visible(text: str) -> str:
    """`text` with each character that has no look of its own written as ‹U+202E›.

    Line breaks and tabs stay. What is left cannot turn the order of what stands around it, but for
    the letters of scripts that are written from right to left.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"‹U+{ord(c):04X}›" if _is_odd(c) else c for c in text)


def _is_odd(c: str) -> bool:
    if c.isprintable():
        return c in _BLANK
    return c not in _KEPT and unicodedata.category(c) != _SPACE
