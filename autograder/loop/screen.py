"""Draws a view on the terminal, in 80 columns, or as plain lines where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from autograder.course.assignment import Assignment, Language
from autograder.course.gaps import Unfilled
from autograder.course.handout import section
from autograder.loop.afterwards import afterwards
from autograder.loop.view import Next, Row, View, told
from autograder.loop.words import say
from autograder.reports.visible import visible

WIDEST = 100  # columns: longer lines are hard to read
GAPS_SHOWN = 6  # of the exercise
_MARKS = {"passed": "[green]✓[/]", "partial": "[yellow]◐[/]"}
_BAR = 30  # columns


@dataclass(frozen=True)
class Shown:
    """What the student has asked for with the keys."""

    hints: int = 0  # so many
    of: tuple[str, ...] = ()  # of these
    is_list: bool = False

    def after(self, key: str, hints: tuple[str, ...]) -> Shown:
        """Once a key was pressed, where `hints` are those there are."""
        if key == "h":
            return Shown(1 + (self.hints if self.of == hints else 0), hints)
        return replace(self, is_list=key == "l" and not self.is_list)


class Screen:
    """Where the views are drawn. `has_keys` tells which keys there are to be told of."""

    def __init__(self, console: Console, language: Language, *, has_keys: bool) -> None:
        self._console, self._language, self._has_keys = console, language, has_keys
        console.width = min(console.width, WIDEST)

    def begin(self, view: View, shown: Shown, running: str) -> None:
        """Says that something is being run; plain lines tell only what came of it."""
        if self._console.is_terminal:
            self._draw(view, shown, running)

    def draw(self, view: View, shown: Shown, *, is_settled: bool) -> None:
        """Shows where things stand; plain lines, which stay, only once nothing is left to run."""
        if is_settled or self._console.is_terminal:
            self._draw(view, shown)

    def _draw(self, view: View, shown: Shown, running: str = "") -> None:
        lines = self._list(view) if shown.is_list else self._main(view, shown)
        if self._console.is_terminal:
            self._console.clear()
        for line in lines:
            self._console.print(line)
        self._console.print()
        for line in self._foot(view, shown, running):
            self._console.print(line, highlight=False)

    def _main(self, view: View, shown: Shown) -> Iterator[RenderableType]:
        if view.next:
            yield from self._next(view.next, shown)
        elif not view.trouble:
            yield from self._end(view)
        for line in view.trouble:
            yield Text(line, "yellow")
        if view.printed and self._console.is_terminal:
            yield Text(f"\n{say('your code printed', self._language)}:", "dim")
            yield from (_inside(_cut(Text.from_ansi(line)), 2) for line in view.printed)

    def _end(self, view: View) -> Iterator[RenderableType]:
        for assignment in {row.assignment.name: row.assignment for row in view.rows}.values():
            yield _heading(assignment, self._language)
            yield from afterwards(assignment, self._language)
        if view.earned < view.most:
            yield Text(say("Or go on with the rest of the course: make watch", self._language))

    def _next(self, next_: Next, shown: Shown) -> Iterator[RenderableType]:
        row = next_.row
        yield _heading(row.assignment, self._language)
        yield _row(row, self._language)
        yield from self._section(row, is_brief=next_.failure(self._language) is not None)
        yield from self._gaps(next_)
        yield from self._failure(next_)
        yield from self._hints(next_.hints(self._language), shown)

    def _section(self, row: Row, *, is_brief: bool) -> Iterator[RenderableType]:
        """Where to read on, and, where there is no failure that needs the room, how it begins."""
        found = section(row.assignment, row.exercise, self._language)
        if found:
            place = f"{say('read', self._language)} {found.path}:{found.line}"
            yield Text.from_markup(f"\n  [dim]{place}[/]  [bold]{escape(found.title)}[/]")
            is_table = found.opening.startswith("|")  # for the handout itself
            if not is_brief and not is_table:
                yield _inside(Markdown(found.opening, hyperlinks=False), 2)

    def _gaps(self, next_: Next) -> Iterator[RenderableType]:
        if next_.gaps:
            yield Text()
        yield from (self._gap(file, gap) for file, gap in next_.gaps[:GAPS_SHOWN])
        more = len(next_.gaps) - GAPS_SHOWN
        if more > 0:
            yield _inside(Text(say("and {n} more to fill", self._language, n=more), "dim"), 4)

    def _gap(self, file: str, gap: Unfilled) -> RenderableType:
        what = say("gap {n}, {name}", self._language, n=gap.number, name=gap.name)
        return Text.from_markup(f"  [yellow]□[/] {escape(f'{file}:{gap.line}')}  [dim]{what}[/]")

    def _failure(self, next_: Next) -> Iterator[RenderableType]:
        failure = next_.failure(self._language)
        if failure:
            yield Text.from_markup(f"\n  [red]✗[/] [bold]{escape(failure.title)}[/]")
            yield Text(f"    {failure.id}", "dim")
            yield from (_inside(Text(visible(line)), 4) for line in told(failure, self._language))

    def _hints(self, hints: tuple[str, ...], shown: Shown) -> Iterator[RenderableType]:
        if not shown.hints or shown.of != hints:
            return
        yield Text()
        if not hints:
            yield _inside(Text(say("There is no hint for this.", self._language), "dim"), 2)
            return
        number = (shown.hints - 1) % len(hints)  # one at a time, and after the last the first
        told_ = say("hint {n} of {of}", self._language, n=number + 1, of=len(hints))
        yield _inside(Text.from_markup(f"[cyan]{told_}[/]  {escape(hints[number])}"), 2)

    def _list(self, view: View) -> Iterator[RenderableType]:
        name = ""
        for row in view.rows:
            if row.assignment.name != name:
                yield from [Text()] if name else []
                name = row.assignment.name
                yield _heading(row.assignment, self._language)
            here = "→ " if view.next and view.next.row == row else "  "
            yield _row(row, self._language, here)

    def _foot(self, view: View, shown: Shown, running: str) -> Iterator[RenderableType]:
        share = view.earned / view.most if view.most else 0.0
        full = round(share * _BAR)
        bar = f"[green]{'█' * full}[/][dim]{'░' * (_BAR - full)}[/]"
        points = f"{view.earned:.4g} / {view.most:.4g} {say('points', self._language)}"
        yield Text.from_markup(f"{say('the course', self._language)} {bar} {points}")
        keys = "any key: back · r run all · q quit" if shown.is_list else (
            "h hint · l list · r run all · q quit")  # fmt: skip
        told_ = say(keys if self._has_keys else "checks again when you save; Ctrl-C stops",
                    self._language)  # fmt: skip
        took = f"   {say('checking', self._language)} {running} …" if running else ""
        if view.seconds is not None and not running:
            took = f"   {view.seconds:.1f} s"
        yield Text(told_ + took, "dim")


def _heading(assignment: Assignment, language: Language) -> RenderableType:
    title = escape(assignment.title.in_language(language))
    return _line(f"[bold]{assignment.name}[/] · {title}")


def _row(row: Row, language: Language, here: str = "") -> RenderableType:
    statuses = row.standing.statuses.values() if row.standing else ()
    marks = "".join(_MARKS.get(status, "[red]✗[/]") for status in statuses)
    points = row.standing.points if row.standing else 0
    gaps = f"  [yellow]□ {row.gaps}[/]" if row.gaps else ""
    title = escape(row.exercise.title.in_language(language))
    total = f"{points:>5.4g} / {row.points:<4.4g}"
    return _line(f"{here}[bold]{row.exercise.id:<12}[/]{total} {marks}{gaps}  [dim]{title}[/]")


def _line(markup: str) -> RenderableType:
    """One line, cut where the terminal ends."""
    return _inside(_cut(Text.from_markup(markup)), 0)


def _cut(text: Text) -> Text:
    """To be printed inside of something: by itself, print would wrap it all the same."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _inside(renderable: RenderableType, columns: int) -> RenderableType:
    return Padding(renderable, (0, 0, 0, columns))
