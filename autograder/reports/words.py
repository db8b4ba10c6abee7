"""Headings and labels of tables and pages, in English and Chinese, and a report's main line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from autograder.course.assignment import Language
from autograder.course.gaps import Unfilled
from autograder.reports.schema import Report

MOST_PAIRS = 20
MOST_ARRIVED = 20  # reports that are told one by one

OUTCOMES = {  # how submissions and tests end, and what changes a score, by their names in reports
    "graded": "已评分",
    "rejected": "已拒收",
    "ungradable": "无法评分",
    "passed": "通过",
    "partial": "部分通过",
    "failed": "未通过",
    "error": "出错",
    "timeout": "超时",
    "crashed": "崩溃",
    "limit": "超出限制",
    "skipped": "跳过",
    "bonus": "加分",
    "late": "迟交",
    "override": "改分",
}
_CHINESE = OUTCOMES | {
    "student": "学生",
    "score": "得分",
    "what went wrong first": "首先出错的地方",
    "all tests passed": "全部通过",
    "students": "名学生",
    "mean": "平均",
    "median": "中位数",
    "exercise": "练习",
    "test": "测试",
    "status": "状态",
    "points": "分数",
    "message": "信息",
    "hint": "提示",
    "hidden": "隐藏",
    "isolation": "隔离",
    "weights": "权重",
    "seed": "种子",
    "report": "报告",
    "right": "正确",
    "yours": "你的",
    "nearly the same adapter (no points depend on it)": "适配器几乎一样（不影响分数）",
    "more": "更多",
}


def word(english: str, language: Language) -> str:
    return _CHINESE[english] if language == "zh" else english


def likeness_lines(pairs: Sequence[tuple[str, str, float]], language: Language) -> list[str]:
    """For the instructor: whose adapters are nearly the same, the first MOST_PAIRS of them."""
    told = word("nearly the same adapter (no points depend on it)", language)
    lines = [f"{told}: {one}, {other} (cosine {cosine:.3f})" for one, other, cosine in pairs]
    rest = len(lines) - MOST_PAIRS
    return lines if rest <= 0 else [*lines[:MOST_PAIRS], f"{word('more', language)}: {rest}"]


def kept_line(kept: int, of: int, language: Language) -> str:
    """How many results an earlier run found, and how to have them found anew."""
    if language == "zh":
        return f"{of} 份中有 {kept} 份没有变化，沿用以前的结果（--no-cache 全部重评）"
    return f"{kept} of {of} unchanged since an earlier run (--no-cache grades all afresh)"


def arrived_lines(
    assignment: str, reports: Collection[Report], language: Language
) -> Iterator[str]:
    """A line for each of a few reports; of many, how many there are."""
    if len(reports) > MOST_ARRIVED:
        told = f"{len(reports)} 份已评" if language == "zh" else f"{len(reports)} graded"
        yield f"{assignment}: {told}"
        return
    for report in reports:
        points = "–" if report.final_score is None else f"{report.final_score:.4g}"
        yield (
            f"{assignment} {report.submission.id}: {points} / {report.max_score:g} · "
            f"{main_line(report, language)}"
        )


def main_line(report: Report, language: Language) -> str:
    """What went wrong first, in one line; or that nothing did."""
    if report.status != "graded":
        return report.reason.splitlines()[0] if report.reason else word(report.status, language)
    for test in report.tests:
        if test.status != "passed":
            if test.diagnosis and test.diagnosis.mistakes:
                return f"{test.exercise}: {test.diagnosis.mistakes[0].title}"
            reason = test.message or word(test.status, language)
            values_differ = test.status == "failed"  # means little without what was promised
            what = test.title if values_differ else test.exercise
            return f"{what}: {reason.splitlines()[0]}"
    return word("all tests passed", language)


def describe_gap(gap: Unfilled, language: Language) -> str:
    if language == "en":
        return str(gap)
    if gap.number is None:
        return f"第 {gap.line} 行还有一个空没有填"
    return f"第 {gap.number} 个空（{gap.exercise} {gap.name}，第 {gap.line} 行）还没有填"
