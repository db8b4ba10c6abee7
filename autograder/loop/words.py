"""What the loop says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autograder.course.assignment import Assignment, Language
from autograder.diagnosis.checked import is_damaged
from autograder.diagnosis.table import table_path
from autograder.loop.checking import public_tests
from autograder.reports.schema import TestReport

_CHINESE = {
    "read": "阅读",
    "your code printed": "你的代码输出了",
    "hint {n} of {of}": "提示 {n} / {of}",
    "and {n} more to fill": "还有 {n} 个空没有填",
    "the course": "整门课",
    "points": "分",
    "h hint · l list · r run all · q quit": "h 提示 · l 列表 · r 全部重跑 · q 退出",
    "any key: back · r run all · q quit": "任意键返回 · r 全部重跑 · q 退出",
    "checks again when you save; Ctrl-C stops": "保存后自动重新检查；Ctrl-C 停止",
    "checking": "正在检查",
    "There is no hint for this.": "这里没有提示。",
    "All public tests pass.": "公开测试全部通过。",
    "Hidden tests will look at:": "隐藏测试会看：",
    "Next: make pack, and hand in the zip.": "下一步：运行 make pack，提交生成的压缩包。",
    "Or go on with the rest of the course: make watch": "或者继续完成课程的其余部分：make watch",
    "each row looks at the columns; the darker, the more": "每一行看各列；颜色越深，看得越多",
    "head {n}": "头 {n}",
    "yours": "你的",
    "the same": "一致",
    "most unlike at row {row}, column {column}: yours {yours:.2f}, expected {expected:.2f}":
        "差别最大：第 {row} 行，第 {column} 列，你的 {yours:.2f}，应为 {expected:.2f}",
    "no picture without matplotlib. Do: pip install matplotlib":
        "没有图片：没有安装 matplotlib。请运行：pip install matplotlib",
    "gap {n}, {name}": "第 {n} 个空，{name}",
}  # fmt: skip


def say(english: str, language: Language, **values: object) -> str:
    return (_CHINESE[english] if language == "zh" else english).format(**values)


def lacking_lines(
    assignment: Assignment, missing: Sequence[str], language: Language
) -> Iterator[str]:
    """What could not be run for want of data, and how to have it."""
    for name in missing:
        count = sum(name in test.needs for test in public_tests(assignment))
        yield (
            f"{count} 个测试需要 {name}，这台机器上没有。请运行：autograder fetch {name}"
            if language == "zh"
            else f"{count} tests need {name}, which is not here. Do: autograder fetch {name}"
        )


def undiagnosed_lines(
    assignment: Assignment, tests: Iterable[TestReport], language: Language
) -> Iterator[str]:
    """Why no mistake is named where a test fails: the table of them is damaged."""
    if any(one.status != "passed" for one in tests) and is_damaged(assignment):
        path = table_path(assignment).relative_to(assignment.root).as_posix()
        yield (
            f"{path} 损坏了，所以这里不指出是哪种错误。请从模板重新取得它"
            if language == "zh"
            else f"{path} is damaged, so that no mistake is named here. "
            "Do: get it anew from the template"
        )
