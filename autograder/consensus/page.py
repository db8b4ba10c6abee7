"""consensus.html: the vote, to be talked about in class; and the link to it from the class's page.

It names nobody, so it can be shown as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.consensus.result import Consensus, GapResult
from autograder.course.assignment import Language
from autograder.reports.site.pages import render

MOST_GROUPS = 8  # of a gap
COUNTS = {  # fields of GapResult, and what the page calls them
    "right": "right", "wrong": "wrong", "open": "open",
    "apart": "not compared: uses other lines of the student's own", "lost": "not found",
}  # fmt: skip


def consensus_page(found: Sequence[Consensus], language: Language, *, has_class: bool) -> bytes:
    """`has_class`: whether the class's page lies beside it, to be linked."""
    return render(
        "consensus.html.j2",
        language,
        found=found,
        has_class=has_class,
        counts=tuple(COUNTS),
        names=COUNTS,
        most=MOST_GROUPS,
        total=_total,
    )


def _total(gap: GapResult) -> int:
    """All students, whatever they have there."""
    return gap.right + gap.wrong + gap.open + gap.apart + gap.lost + sum(
        group.count for group in gap.groups if group.problem
    ) or 1  # fmt: skip
