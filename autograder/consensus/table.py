"""The vote in the terminal: a row a gap, and what the class as one student scores."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from autograder.consensus.result import Consensus, GapResult
from autograder.course.assignment import Language
from autograder.reports.visible import visible

COUNTS = ("right", "wrong", "open", "other")
NARROWEST = 16  # columns for an answer, on however narrow a terminal
_CHINESE = {
    "gap": "空", "right": "正确", "wrong": "错误", "open": "未填", "other": "其他",
    "majority": "多数人的答案", "students": "名学生",
}  # fmt: skip


def consensus_lines(found: Consensus, language: Language, width: int) -> RenderableType:
    """Gaps that most get wrong first, each in one line of a terminal that is not very narrow."""

    def say(english: str) -> str:
        return _CHINESE[english] if language == "zh" else english

    table = Table(title=escape(f"{found.assignment} · {found.students} {say('students')}"))
    taken = [
        max(cell_len(_name(gap)) for gap in found.gaps),
        *(cell_len(say(one)) for one in COUNTS),
    ]
    room = max(NARROWEST, width - sum(taken) - 3 * len(taken) - 4)
    table.add_column(say("gap"), overflow="fold")
    for name in COUNTS:
        table.add_column(say(name), justify="right")
    table.add_column(say("majority"), overflow="fold")
    for gap in found.gaps:
        answer = _answer(gap)
        answer.truncate(room, overflow="ellipsis")
        table.add_row(Text(_name(gap)), *_counts(gap), answer)
    lines = [_class_line(found, language), _unread_line(found, language)]
    return Group(table, Text("\n".join(filter(None, lines))))


def _name(gap: GapResult) -> str:
    return f"{gap.number} {gap.exercise}/{gap.name}"


def _counts(gap: GapResult) -> list[Text]:
    other = gap.apart + gap.lost + sum(one.count for one in gap.groups if one.problem)
    counts = (gap.right, gap.wrong, gap.open, other)
    return [Text(str(count) if count else "") for count in counts]


def _answer(gap: GapResult) -> Text:
    most = gap.majority
    if most is None:
        return Text("–")
    first, *more = most.example.splitlines()
    mark, style = ("✓", "green") if most.right else ("✗", "red")
    tie = " =" if gap.tied else ""
    return Text(f"{mark} {most.count}{tie} {visible(first)}{' …' if more else ''}", style=style)


def _unread_line(found: Consensus, language: Language) -> str:
    if not found.unread:
        return ""
    if language == "zh":
        return f"{found.unread} 名学生的文件无法读取，未计入；原因见 autograder grade"
    return f"{found.unread} could not be read and are left out; autograder grade says why"


def _class_line(found: Consensus, language: Language) -> str:
    one = found.as_one
    score = f"{'–' if one.score is None else f'{one.score:g}'} / {one.max_score:g}"
    if language == "zh":
        line, bonus = f"把全班当作一个学生：{score}", "；每人加分 {:+g}（最多 {:g}）"
    else:
        line, bonus = f"the class as one student: {score}", "; bonus for everybody: {:+g} of {:g}"
    return line if one.bonus is None else line + bonus.format(one.bonus, one.max_bonus)
