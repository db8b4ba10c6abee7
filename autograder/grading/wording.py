"""The sentences that tell a person what went wrong in a test, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.course.assignment import Language, Text
from autograder.course.gaps import UNFILLED_ERROR, Unfilled
from autograder.grading.compare import Difference
from autograder.grading.verdict import Cause
from autograder.reports.words import describe_gap
from autograder.sandbox.outcome import Frame, StudentFailure


def explain(
    cause: Cause,
    unfilled: Mapping[str, Sequence[Unfilled]],
    exercise: str,
    withheld: bool,
    language: Language,
) -> str:
    """Why a test did not pass. `unfilled` maps the student's files to their gaps still open.

    Of a `withheld` (hidden) test only what cannot tell its inputs is said: student code chooses
    the text and place of its own exceptions and its exit code, and values would show the rest.
    """
    if isinstance(cause, StudentFailure):
        gap = _some_gap(cause, exercise, unfilled) if withheld else _gap_behind(cause, unfilled)
        if gap:
            return describe_gap(gap, language)
        if not withheld or cause.at_import or cause.kind == "timeout":
            return describe_failure(cause, language)
    elif not withheld:
        return _said(cause, language)
    return ""


def tells_of_a_gap(cause: Cause) -> bool:
    """Whether an open gap is what it may come from: only then does `explain` look at any."""
    return isinstance(cause, StudentFailure) and cause.message.startswith(UNFILLED_ERROR)


def _said(cause: Difference | Text | str | None, language: Language) -> str:
    if isinstance(cause, Difference):
        return describe_difference(cause, language)
    return cause.in_language(language) if isinstance(cause, Text) else cause or ""


def describe_failure(failure: StudentFailure, language: Language) -> str:
    last = failure.frames[-1] if failure.frames else None
    told = last is None or f"{last.file}, line {last.line}" in failure.message  # a SyntaxError does
    where = "" if told else _place(failure.frames[-1], language)
    if language == "en":
        return f"{failure.message}{where}"
    kind = {"error": "出错", "timeout": "超时", "crashed": "崩溃", "limit": "超出限制"}[
        failure.kind
    ]
    return f"{kind}：{failure.message}{where}"


def describe_difference(difference: Difference, language: Language) -> str:
    """Name, shapes, largest difference and where, tolerance, hint: in one line."""
    words = _ENGLISH if language == "en" else _CHINESE
    single = difference.kind == "values" and not difference.where
    text = words["number" if single else difference.kind].format(
        d=difference,
        where=list(difference.where),
        share=_percent(difference.share),
        tolerance=tolerance(difference),
    )
    return f"{text} {words['hint'].format(d=difference)}" if difference.hint else text


_ENGLISH = {
    "type": "{d.name}: is a {d.actual}, expected a tensor.",
    "dtype": "{d.name}: has dtype {d.actual}, expected {d.expected}.",
    "shape": "{d.name}: has shape {d.actual}, expected {d.expected}.",
    "finite": "{d.name}: is {d.actual} at {where}, expected {d.expected}; {share} of the values "
    "are not finite.",
    "values": "{d.name} {d.shape}: largest difference {d.largest:.3g} at {where} (yours "
    "{d.actual}, expected {d.expected}), tolerance {tolerance}; {share} of the values differ.",
    "number": "{d.name}: differs by {d.largest:.3g} (yours {d.actual}, expected {d.expected}), "
    "tolerance {tolerance}.",
    "text": "{d.name}: is {d.actual!r}, expected {d.expected!r}.",
    "hint": "Look at: {d.hint}",
}
_CHINESE = {
    "type": "{d.name}：类型是 {d.actual}，应为张量。",
    "dtype": "{d.name}：dtype 是 {d.actual}，应为 {d.expected}。",
    "shape": "{d.name}：形状是 {d.actual}，应为 {d.expected}。",
    "finite": "{d.name}：在 {where} 处是 {d.actual}，应为 {d.expected}；{share} 的值不是有限数。",
    "values": "{d.name} {d.shape}：最大误差 {d.largest:.3g}，在 {where} 处（你的 {d.actual}，应为 "
    "{d.expected}），容差 {tolerance}；{share} 的值不同。",
    "number": "{d.name}：误差 {d.largest:.3g}（你的 {d.actual}，应为 {d.expected}），"
    "容差 {tolerance}。",
    "text": "{d.name}：是 {d.actual!r}，应为 {d.expected!r}。",
    "hint": "请看：{d.hint}",
}


def tolerance(difference: Difference) -> str:
    """What is allowed, in a few characters."""
    if difference.rtol:
        return f"{difference.atol:g} + {difference.rtol:g}·|x|"
    return f"{difference.atol:g}"


def _percent(share: float) -> str:
    """A share of the values, never rounded to nothing or to everything."""
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def _place(frame: Frame, language: Language) -> str:
    if language == "en":
        return f" ({frame.file}, line {frame.line}, in {frame.function})"
    return f"（{frame.file} 第 {frame.line} 行，{frame.function}）"


def _gap_behind(
    failure: StudentFailure, unfilled: Mapping[str, Sequence[Unfilled]]
) -> Unfilled | None:
    """The gap that a failure comes from: the one on the line that raised, if it is one."""
    if not tells_of_a_gap(failure):
        return None
    for frame in reversed(failure.frames):
        for gap in unfilled.get(frame.file, ()):
            if gap.line == frame.line:
                return gap
    return None


def _some_gap(
    failure: StudentFailure, exercise: str, unfilled: Mapping[str, Sequence[Unfilled]]
) -> Unfilled | None:
    """A gap of the template that is open, of this exercise if there is one; not told by the code.

    Where the failure says that it came from would be the student's word.
    """
    if not tells_of_a_gap(failure):
        return None
    gaps = [gap for found in unfilled.values() for gap in found if gap.number is not None]
    return next((gap for gap in gaps if gap.exercise == exercise), gaps[0] if gaps else None)
