"""`autograder release`: write the student template."""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import find_course
from autograder.course.release import TEMPLATE, template_files, write_template


def release(*, output: Path | None) -> int:
    course = find_course(Path.cwd())
    files = template_files(course)
    target = output or course.root / TEMPLATE
    write_template(files, target)
    print(f"{target}: {len(files)} files for {', '.join(course.names)}")
    return 0
