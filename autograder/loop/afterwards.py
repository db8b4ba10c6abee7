"""What there is to know and to do once all public tests of an assignment pass."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.course.assignment import Assignment, Language
from autograder.loop.words import say


def afterwards(assignment: Assignment, language: Language) -> Iterator[RenderableType]:
    """That all is well, what the hidden tests will look at, and what to do next."""
    yield Text(say("All public tests pass.", language), "green")
    looked_at = [(one.id, one.looked_at) for one in assignment.exercises if one.looked_at]
    if looked_at:
        yield Text(say("Hidden tests will look at:", language))
        table = Table.grid(padding=(0, 2))
        for name, titles in looked_at:
            comma = "；" if language == "zh" else "; "
            table.add_row(name, Text(comma.join(title.in_language(language) for title in titles)))
        yield Padding(table, (0, 0, 0, 2))
    yield Text(say("Next: make pack, and hand in the zip.", language))
