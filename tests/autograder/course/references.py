"""Made-up references for hypothesis: Python sources with marks, and what must come of them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st

LAW = settings(deadline=None, derandomize=True, max_examples=40)


@dataclass(frozen=True)
class Reference:
    """A source, its template and answers as built here, without the code under test."""

    source: str
    template: str
    answers: tuple[str, ...]
    without_marks: str


@dataclass(frozen=True)
class Text:
    """Lines of a reference beside the lines of its template; answers in order of place."""

    source: str
    template: str
    answers: tuple[str, ...] = ()
    plain: str = ""  # the source without its mark lines

    def __add__(self, other: Text) -> Text:
        return Text(
            self.source + other.source,
            self.template + other.template,
            self.answers + other.answers,
            self.plain + other.plain,
        )


SIMPLE = (  # whole statements, each alone on its line; N makes every one different
    "vN = fN(a, N)",
    "self.xN += '中N'",
    'vN = """text N\n# no comment, no [mark]\n"""',
    "vN = fN(\n  aN,  # note\n\n  b)",
    "if aN: bN",
    "return vN",
    "vN: int = \\\n  N",
    "async def fN(): yield vN",
    "class C_N(B): pass",
)
OTHER = (  # and lines that no single mark masks as a statement
    "vN = 1; wN = 2",
    "assert vN  # é N",
    "fN(v);",
    "# a comment N",
    "",
    '"""text N"""  ',
)
HEADERS = (  # between braces: what may be masked
    ("if {aN(v)}:",),
    ("if {aN}:", "elif {not bN}:  # or", "else:"),
    ("for vN in {range(N)}:",),
    ("while {vN}  < (\n  {wN + N}\n):", "else :"),
    ("with {open(fN)} as g, h:",),
    ("try:", "except ({EN}, {FN}) as e:", "finally:"),
    ("@{deco(N)}\ndef fN(self, x: {intN}={kN}, *, y=N) -> {TN[N]}:",),
    ("class C_N({nn.M_N}, metaclass={kN}):",),
    ("match {vN}:\n case 1 if {wN}:",),
)
LINES = (
    "self.fN = {LinearN}(n, {3 * n} + N)",
    "return {xN, yN}",
    "vN = {vN} + 1",
    "vN = fN(k={k}, *{aN}, **{bN})",
    "vN = [{xN * y} for x in {yN} if {zN}];  w = {'é' 'N'}",
    "vN = {(aN + b)}.c[{i}:, {jN}] # tail",
    "vN = {(lambda q: q + N)}(\n  # inside\n  {yN})",
    "if {cN}: {dN()}",
)


@st.composite
def references(draw: st.DrawFn) -> Reference:
    """Sources of a few nested statements, with marks of all kinds, in all styles of layout."""
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    step = draw(st.sampled_from(["    ", "\t", " "]))
    text = _Maker(draw, step).body("", depth=2)
    if draw(st.booleans()):
        text += Text("v = 0", "v = 0", (), "v = 0")  # no final newline
    top = draw(st.sampled_from(["", "\ufeff"]))
    return Reference(
        source=top + text.source.replace("\n", newline),
        template=top + text.template.replace("\n", newline),
        answers=tuple(answer.replace("\n", newline) for answer in text.answers),
        without_marks=top + text.plain.replace("\n", newline),
    )


@dataclass
class _Maker:
    draw: st.DrawFn
    step: str
    serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def choose(self, *options: object) -> object:
        return self.draw(st.sampled_from(options))

    def body(self, indent: str, depth: int) -> Text:
        kinds = [self.plain, self.line, self.whole, self.block, *[self.compound] * depth]
        text = self.choose(self.first, self.line, self.whole, self.block)(indent, depth)
        for _ in range(self.draw(st.integers(1, 3))):
            text += self.choose(*kinds)(indent, depth)
        return text

    def fresh(self, options: tuple) -> str:
        serial = str(next(self.serials))
        choice = self.choose(*options)
        if isinstance(choice, tuple):
            return tuple(part.replace("N", serial) for part in choice)
        return choice.replace("N", serial)

    def first(self, indent: str, depth: int) -> Text:
        return self.statement(indent)

    def statement(self, indent: str) -> Text:
        return same(indent + self.fresh(SIMPLE) + "\n")

    def plain(self, indent: str, depth: int) -> Text:
        text = self.fresh((*SIMPLE, *OTHER))
        return same(indent * bool(text) + text + "\n")

    def line(self, indent: str, depth: int) -> Text:
        return self.masked(indent, self.fresh(LINES))

    def compound(self, indent: str, depth: int) -> Text:
        text = Text("", "")
        for header in self.fresh(HEADERS):
            for line in _logical(header):
                text += self.masked(indent + (" " if line.startswith(" ") else ""), line.strip(" "))
            inner = indent + (" " if "case" in header else "") + self.step
            text += self.body(inner, depth - 1)
        return text

    def masked(self, indent: str, line: str) -> Text:
        """A line whose parts in braces are masked, or stay as they are, each by chance."""
        parts = re.split(r"\{(.*?)\}", line)
        marks, shown, answers = [], [], []
        for index, part in enumerate(parts):
            if index % 2 and self.choose(True, False):
                marks.append(self.mark(indent, self.choose(part, spaced(part))))
                shown.append("[MASK]")
                answers.append(part)
            else:
                shown.append(part)
        marks = self.draw(st.permutations(marks))
        plain = indent + "".join(parts) + "\n"
        template = indent + "".join(shown) + "\n"
        return Text("".join(marks) + plain, template, tuple(answers), plain)

    def mark(self, indent: str, target: str) -> str:
        name = f"part/gap-{next(self.serials)}"
        hint = self.choose("# hint: look above\n", "#hint:  看\n", "# 提示：看\n# hint: look\n")
        return f"{indent}# [MASK {name}] {target}\n" + "".join(
            indent + line for line in hint.splitlines(keepends=True)
        )

    def whole(self, indent: str, depth: int) -> Text:
        statement = self.statement(indent) if self.choose(True, False) else self.nested(indent)
        answer = statement.plain.strip()
        mark = self.mark(indent, "")
        return Text(mark + statement.source, f"{indent}[MASK]\n", (answer,), statement.plain)

    def nested(self, indent: str) -> Text:
        inner = indent + self.step
        header = self.fresh(("@deco\ndef fN():", "for vN in w:", "if vN:  # why"))
        lines = "".join(f"{indent}{line}\n" for line in header.split("\n"))
        return same(lines) + self.statement(inner) + self.statement(inner) + same(f"{inner}# end\n")

    def block(self, indent: str, depth: int) -> Text:
        blank = self.choose("", "\n", " \n")
        inner = same(self.choose("", f"{indent}# why\n"))
        for _ in range(self.draw(st.integers(1, 2))):
            inner += self.plain(indent, 0) if self.choose(True, False) else self.nested(indent)
        inner += self.statement(indent)
        text = inner.plain
        start = len(text) - len(text.lstrip())
        lead = text[:start].rpartition("\n")[0]  # blank lines at the top stay
        lead = lead + "\n" if lead or text.startswith("\n") else ""
        plain = blank + text + blank
        template = f"{blank}{lead}{indent}[MASK]\n{blank}"
        end = f"{indent}# [MASK end]\n"
        return Text(self.mark(indent, "begin") + plain + end, template, (text.strip(),), plain)


def same(text: str) -> Text:
    return Text(text, text, (), text)


def spaced(expression: str) -> str:
    """The same tokens with other white space between them."""
    return re.sub(r"([()\[\],+])", r" \1  ", expression)


def _logical(header: str) -> list[str]:
    """A header's logical lines: a decorator, or `match` and its case, stand apart."""
    if header.startswith(("@", "match")):
        return header.split("\n")
    return [header]
