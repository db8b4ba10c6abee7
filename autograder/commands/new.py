"""`autograder new`: lay out a new assignment, in the course or in an empty folder."""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import Language, course_root
from autograder.course.new import IGNORED, new_files, write_new
from autograder.errors import CourseError

FIRST = ("README.md", "LICENSE", "pyproject.toml")  # what a new repository may begin with

_WHAT = {  # by a part of the path; the first that is in it counts
    "solutions/": ("the reference: its comments say what students fill in",
                   "参考答案：注释里写明学生要填什么"),
    "assignment.toml": ("points, tests, hints and the secret", "分数、测试、提示和密钥"),
    "probes.py": ("the tests' only way to student code", "测试只能经过这里调用学生的代码"),
    "README.md": ("the handout", "讲义"),
    "README.zh.md": ("the handout in Chinese", "中文讲义"),
    "mistakes/": ("a known mistake, and what to tell whoever makes it",
                  "一个已知的错误，以及对犯了它的学生说什么"),
    "worthless/": ("code that must score 0", "必须得 0 分的代码"),
    "hidden/": ("the hidden tests", "隐藏测试"),
    "tests/": ("the public tests", "公开测试"),
}  # fmt: skip


def new(name: str, *, lang: Language) -> int:
    """Writes the assignment, and says what each file is and what to run next."""
    here = Path.cwd()
    root = course_root(here)
    is_first = root is None
    root = root or _empty(here)
    files = new_files(root, name)
    write_new(root, name, files)
    if is_first and not (root / ".gitignore").exists():
        (root / ".gitignore").write_text(IGNORED, encoding="utf-8")
    print("\n".join(_lines(root, name, files, lang)))
    return 0


def _empty(folder: Path) -> Path:
    """The folder, if a course can begin in it."""
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(".") and path.name not in FIRST:
            raise CourseError(
                f"{folder}: is neither in a course nor empty ({path.name} is there). "
                "Do: run in a course's folder, or in an empty one, where a course begins"
            )
    return folder


def _lines(root: Path, name: str, files: dict[str, bytes], language: Language) -> list[str]:
    is_chinese = language == "zh"
    width = max(map(len, files))
    return [
        f"{root}：新作业 {name}，已经可以用了" if is_chinese
        else f"{root}: {name}, a small assignment that works already",
        *(f"  {path:{width}}  {_what(path)[is_chinese]}" for path in files),
        "",
        "接下来运行：" if is_chinese else "Next:",
        "  autograder release",
        f"  autograder verify {name}",
        "然后逐个文件改成你自己的作业。" if is_chinese else "Then make it yours, file by file.",
    ]  # fmt: skip


def _what(path: str) -> tuple[str, str]:
    return next(what for part, what in _WHAT.items() if part in path)
