"""`autograder release`: write the student template."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

from autograder.course.assignment import Course, find_course
from autograder.course.release import TEMPLATE, template_files, write_template
from autograder.diagnosis.released import lacking_tables, made_tables
from autograder.scale.local import grade_all


def release(*, output: Path | None) -> int:
    course = find_course(Path.cwd())
    target = output or course.root / TEMPLATE
    files = template_files(course)  # first what costs nothing, and may refuse
    files = template_files(course, _tables(course, target))
    write_template(files, target)
    print(f"{target}: {len(files)} files for {', '.join(course.names)}")
    return 0


def _tables(course: Course, target: Path) -> dict[str, bytes]:
    """The known mistakes as students may have them; made by running them, where they changed."""
    if lacking := lacking_tables(course, target):
        print(f"running the known mistakes for {', '.join(lacking)}", file=sys.stderr)
    execute = functools.partial(grade_all, jobs=len(os.sched_getaffinity(0)))
    return made_tables(course, target, execute)
