"""What the pages say, in English and Chinese."""

from __future__ import annotations

from autograder.course.assignment import Language
from autograder.reports.words import OUTCOMES

_CHINESE = OUTCOMES | {
    "not run": "未运行",
    # the class
    "The class": "全班",
    "Skip to the table": "跳到表格",
    "Assignments": "作业",
    "students": "名学生",
    "mean": "平均",
    "median": "中位数",
    "without marks": "没有成绩",
    "Scores": "得分分布",
    "students by score, in percent of the points": "各分数段的人数（占总分的百分比）",
    "Exercises": "练习",
    "Time spent": "用时",
    "what grading took, wall clock, in seconds; hidden tests tell no time":
        "评分所用的时间（秒）；隐藏测试不报时间",
    "whole submission": "整份作业",
    "total": "合计",
    "longest": "最长",
    "points earned": "得到的分数",
    "full marks": "满分",
    "pass rate": "通过率",
    "Tests × students": "测试 × 学生",
    "A row is a test, a column of the strip a student, the best on the left.":
        "每行是一个测试，色带里每列是一名学生，分数高的在左边。",
    "A test's name shows, in the table of students, who did not pass it.":
        "点测试的名字，学生表里只显示没有通过它的人。",
    "Students": "学生",
    "student": "学生",
    "score": "得分",
    "status": "状态",
    "seconds": "秒",
    "test": "测试",
    "what went wrong first": "首先出错的地方",
    "Find": "查找",
    "Status": "状态",
    "Did not pass": "没有通过",
    "all": "全部",
    "full": "满分",
    "not full": "未满分",
    "Show everybody": "显示所有人",
    "shown": "名学生已显示",
    "of": "/",
    "Notes for the instructor": "给教师的说明",
    "Nobody is here yet.": "这里还没有人。",
    "sorts the table by this column": "按此列排序",
    # the majority vote
    "The majority vote": "少数服从多数",
    "Skip to the gaps": "跳到各个空",
    "The class as one student": "把全班当作一个学生",
    "the class as one student": "把全班当作一个学生",
    "The majority's answer in every gap, put together and graded, hidden tests included; "
    "exercises without gaps are left out.":
        "每个空取多数人的答案，拼成一个程序来评分（含隐藏测试）；没有空的练习不计。",
    "bonus for everybody, of": "每人加分，最多",
    "gaps": "个空",
    "Gaps, those that most get wrong first": "各个空，错的人多的在前",
    "Answers that do the same in every test of the exercise are one group. What a group is worth "
    "alone is what the exercise scores where all other gaps have the reference's answer.":
        "在练习的每个测试里表现都一样的答案算一组。“单独得分”是其余的空都用参考答案时这道练习的得分。",
    "gaps that nobody got wrong": "没有人填错的空",
    "in the template": "模板里",
    "an example": "例子",
    "alone it is worth": "单独得分",
    "ways to write it": "种写法",
    "the majority's answer": "多数人的答案",
    "a tie: decided by the text alone": "票数相同：只看文本取一个",
    "more groups are not shown": "组未显示",
    "not compared: uses other lines of the student's own": "未比较：用到了学生自己写的其他代码",
    "not found": "找不到答案",
    "could not be read": "名学生的文件无法读取",
    # a student
    "Skip to the tests": "跳到测试",
    "Result": "结果",
    "out of": "满分",
    "before adjustments": "调整之前",
    "points": "分",
    "hidden": "隐藏",
    "Hint": "提示",
    "right": "正确",
    "yours": "你的",
    "tensor": "张量",
    "shape": "形状",
    "largest difference": "最大误差",
    "at": "位置",
    "expected": "应为",
    "tolerance": "容差",
    "outside the tolerance": "超出容差的值",
    "Where it differs": "哪里不同",
    "time": "时间",
    "features": "特征",
    "batches and heads together: the largest of them": "其余的轴合在一起，取最大值",
    "within the tolerance": "在容差之内",
    "not a number": "不是有限数",
    "times the tolerance": "倍容差",
    "rows": "行",
    "columns": "列",
    "Code": "代码",
    "Gaps are numbered as in the template.": "空的编号与模板相同。",
    "right: its exercise passed every test, or it is written as the reference is":
        "正确：这道练习的测试全部通过，或者写法与参考答案一样",
    "doubtful: a test of its exercise failed, because of this gap, another, or other lines":
        "存疑：这道练习有测试没有通过，原因可能是这个空、别的空或其他代码",
    "wrong, as far as the tests tell: an error came from here, or no other gap is left to blame":
        "错误（就测试所知）：错误出自这里，或者没有别的空可以怀疑",
    "open: not filled yet": "未填：还没有填写",
    "doubtful": "存疑",
    "wrong": "错误",
    "open": "未填",
    "gap": "空",
    "The file does not parse, so its gaps are not marked.": "文件有语法错误，无法标出各个空。",
    "The code is not at hand: it was graded in an earlier run.": "没有代码：这是以前评的。",
    "more lines are not shown": "行未显示",
    "How this was graded": "评分环境",
    "isolation": "隔离",
    "weights": "权重",
    "seed": "种子",
    "graded at": "评分时间",
    "files": "文件",
    "seconds in all": "秒（总计）",
    "All tests passed.": "全部通过。",
    "No test was run.": "没有运行任何测试。",
}  # fmt: skip


def said(english: str, language: Language) -> str:
    """A word in the page's language. KeyError for one that was never translated."""
    chinese = _CHINESE[english]
    return chinese if language == "zh" else english
