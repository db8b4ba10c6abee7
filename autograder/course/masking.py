"""Makes the student template from a reference: what its marks cover becomes `[MASK]`, and back.

Text is spliced by span, so that everything outside a gap keeps its bytes. Whether an answer still
stands elsewhere in what is released, leaks.py tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import libcst as cst

from autograder.course.gaps import HOLE, GapInfo, Hole, holes, parse
from autograder.course.layout import Layout, Lines, Span, read_layout
from autograder.course.marks import MASK, Mark, read_marks, refusal
from autograder.course.places import Place, find_places
from autograder.errors import CourseError


@dataclass(frozen=True)
class Gap:
    """One gap of a template, with its answer."""

    number: int  # from 1, in order of place
    exercise: str
    name: str
    scope: str  # qualified name such as "MLP.__init__"; "" at the top of the file
    line: int  # in the template, from 1
    statement: str  # its logical line in the template
    hints: tuple[str, ...]
    hints_zh: tuple[str, ...]
    answer: str
    parts: tuple[str, ...]  # the whole statements in the answer; none in an expression
    before: str  # the template's text between the gap before and this one
    after: str  # the text below the last gap; empty for the others

    @property
    def released(self) -> GapInfo:
        """The gap as students may see it, without its answer."""
        shown = {field: getattr(self, field) for field in GapInfo.__struct_fields__}
        return GapInfo(**shown)


@dataclass(frozen=True)
class Cut:
    """A place where template and reference differ."""

    start: int  # offset in the template
    shown: str  # in the template: `[MASK]`, or nothing where mark lines stood
    text: str  # in the reference


@dataclass(frozen=True)
class Masked:
    """A template, its gaps in order, and the cuts that lead back to the reference."""

    template: str
    gaps: tuple[Gap, ...]
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class _Edit:
    """A span of the reference, what the template shows in its place, and the mark behind it."""

    span: Span
    shown: str
    mark: Mark


def mask(source: str, path: str) -> Masked:
    """Turns a reference into its template; `path` only names it in messages.

    A text without marks is its own template, even where `[MASK]` stands in it: a template masked
    again stays as it is. Raises CourseError, naming line and reason, for every mark whose meaning
    is in doubt, and where the template would not parse; also for a reference nested too deeply.
    """
    try:
        return _mask(source, path)
    except (RecursionError, MemoryError) as error:  # the latter from Python's own parser
        raise CourseError(f"{path}: nested too deeply. Do: split its expressions") from error


def _mask(source: str, path: str) -> Masked:
    layout = _read(source, path)
    marks = read_marks(layout.comments, path)
    _refuse_strays(layout, marks, path)
    if not marks:
        return Masked(source, (), ())
    places = find_places(layout, marks, path)
    edits = _edits(places, layout.lines)
    _refuse_overlaps(edits, path)
    template = _splice(source, [(edit.span, edit.shown) for edit in edits])
    found = _found(template, places, edits, path)
    gaps = _gaps(layout, template, places, edits, found)
    return Masked(template, gaps, _cuts(source, edits))


def fill(masked: Masked) -> str:
    """The reference again, byte for byte."""
    spans = [(cut.start, cut.start + len(cut.shown)) for cut in masked.cuts]
    return _splice(masked.template, zip(spans, (cut.text for cut in masked.cuts), strict=True))


def fill_gaps(template: str, answers: Sequence[str]) -> str:
    """The template with its k-th `[MASK]` replaced by the k-th answer.

    Raises ValueError where there are not as many answers as gaps.
    """
    top, *rest = template.split(HOLE)
    return top + "".join(answer + text for answer, text in zip(answers, rest, strict=True))


def _read(source: str, path: str) -> Layout:
    if "\f" in source:  # Python and libcst count columns behind one differently
        line = source.count("\n", 0, source.index("\f")) + 1
        raise refusal(path, line, "a form feed", "delete it")
    try:
        parse(source)
        return read_layout(source)
    except SyntaxError as error:
        line, reason = error.lineno or 1, error.msg
    except cst.ParserSyntaxError as error:
        line, reason = error.raw_line, error.message
    except ValueError as error:  # a null byte
        line, reason = 1, str(error)
    raise refusal(path, line, f"the reference does not parse: {reason}", "mend the reference")


def _refuse_strays(layout: Layout, marks: tuple[Mark, ...], path: str) -> None:
    """Refuses every MASK that is not a mark: it would pass for a gap, or never become one."""
    marked = {line for mark in marks for lines in _mark_lines(mark) for line in range(*lines)}
    for start in (match.start() for match in MASK.finditer(layout.text)):
        line = layout.lines.line(start)
        if _within(start, layout.strings):
            raise refusal(
                path, line, "a mark inside a string", "move it out, or write it otherwise"
            )
        if line in marked:
            continue
        if _within(start, layout.all_comments):
            raise refusal(path, line, "a mark behind code", "give it a line of its own, above")
        if marks:
            raise refusal(path, line, "a bare [MASK]", "write the answer, with a mark above it")
    for hole in holes(parse(layout.text)) if marks else ():
        raise refusal(path, hole.node.lineno, "the name MASK", "name it otherwise: MASK is a gap")


def _within(offset: int, spans: Iterable[Span]) -> bool:
    return any(start <= offset < stop for start, stop in spans)


def _mark_lines(mark: Mark) -> list[tuple[int, int]]:
    """The lines that vanish with a mark: first, and first below."""
    lines = [(mark.line, mark.below)]
    return lines if mark.end is None else [*lines, (mark.end, mark.end + 1)]


def _edits(places: Iterable[Place], lines: Lines) -> list[_Edit]:
    gaps = [_Edit(place.span, HOLE, place.mark) for place in places]
    vanishing = [
        _Edit((lines.start(first), lines.start(below)), "", place.mark)
        for place in places
        for first, below in _mark_lines(place.mark)
    ]
    return sorted(gaps + vanishing, key=lambda edit: edit.span)


def _refuse_overlaps(edits: Iterable[_Edit], path: str) -> None:
    for one, other in pairwise(edits):
        if other.span[0] < one.span[1]:
            first, second = sorted((one.mark, other.mark), key=lambda mark: mark.line)
            reason = f"this mark overlaps {first.exercise}/{first.name} of line {first.line}"
            raise refusal(path, second.line, reason, "take one of the two away")


def _splice(text: str, edits: Iterable[tuple[Span, str]]) -> str:
    pieces = []
    at = 0
    for (start, stop), new in edits:
        pieces += [text[at:start], new]
        at = stop
    return "".join([*pieces, text[at:]])


def _moved(offset: int, edits: Iterable[_Edit]) -> int:
    """An offset of the reference, outside its gaps, as an offset of the template."""
    above = [edit for edit in edits if edit.span[1] <= offset]
    return offset + sum(len(edit.shown) - (edit.span[1] - edit.span[0]) for edit in above)


def _cuts(source: str, edits: Sequence[_Edit]) -> tuple[Cut, ...]:
    return tuple(
        Cut(_moved(edit.span[0], edits), edit.shown, source[slice(*edit.span)]) for edit in edits
    )


def _found(
    template: str, places: Sequence[Place], edits: Sequence[_Edit], path: str
) -> tuple[Hole, ...]:
    """The template's gaps in its syntax tree. Raises CourseError unless they are just the marks."""
    lines = Lines(template)
    expected = [lines.line(_moved(place.span[0], edits)) for place in places]
    try:
        found = tuple(hole for hole in holes(parse(template)) if not hole.bare)
    except SyntaxError as error:
        above = [
            place
            for place, line in zip(places, expected, strict=True)
            if line <= (error.lineno or 1)
        ] or [places[0]]
        raise refusal(
            path,
            above[-1].mark.line,
            f"the template would not parse with a [MASK] here: {error.msg}",
            "mask the whole expression or statement",
        ) from None
    missing = Counter(expected) - Counter(hole.node.lineno for hole in found)
    for place, line in zip(places, expected, strict=True):
        if line in missing:
            reason = "a [MASK] here would be read as something else than a value"
            raise refusal(path, place.mark.line, reason, "mask the whole statement")
    return found


def _gaps(
    layout: Layout,
    template: str,
    places: Sequence[Place],
    edits: Sequence[_Edit],
    found: Sequence[Hole],
) -> tuple[Gap, ...]:
    between = template.split(HOLE)
    last = len(places) - 1
    return tuple(
        Gap(
            number=index + 1,
            exercise=place.mark.exercise,
            name=place.mark.name,
            scope=found[index].scope,
            line=found[index].node.lineno,
            statement=template[slice(*(_moved(offset, edits) for offset in place.around))].strip(),
            hints=place.mark.hints,
            hints_zh=place.mark.hints_zh,
            answer=layout.text[slice(*place.span)],
            parts=_parts(layout, place.span),
            before=between[index],
            after=between[-1] if index == last else "",
        )
        for index, place in enumerate(places)
    )


def _parts(layout: Layout, span: Span) -> tuple[str, ...]:
    """The statements inside a span; none where it is an expression."""
    statements = sorted(spans[0] for spans in layout.bodies.values())
    return tuple(
        layout.text[start:stop]
        for start, stop in statements
        if span[0] <= start and stop <= span[1]
    )
