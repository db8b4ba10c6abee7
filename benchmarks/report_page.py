"""How long the page of a class takes to open: `python -m benchmarks.report_page [STUDENTS]`.

A made-up class (default: 1,000 students of task gpt2), its page made by the real functions and
opened by the real Chromium, ROUNDS times in a new window each. Writes to
benchmarks/results/report_page.md.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from autograder.course.assignment import Assignment, Exercise, Test, find_course
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report, TensorDifference, TestReport
from autograder.reports.site.class_page import Section, class_page
from autograder.reports.site.rows import read_rows
from autograder.reports.site.student_page import student_page

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "report_page.md"
STUDENTS = 1000
ROUNDS = 7
STATUSES = ("failed", "failed", "failed", "error", "partial", "timeout")
MESSAGE = "output (2, 5, 16): largest difference 0.731 at [1, 3, 7] (yours 0.2, expected 0.931), \
tolerance 1e-10; 61 % of the values differ."
OPENED = """
const page = performance.getEntriesByType("navigation")[0];
return [page.domContentLoadedEventEnd, page.loadEventEnd];
"""
WAIT_FOR_PAINT = """
const done = arguments[arguments.length - 1];
const before = performance.now();
document.querySelector("table.students th:nth-child(2) button").click();
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - before)));
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else STUDENTS
    assignment = find_course(ROOT).assignment("gpt2")
    with tempfile.TemporaryDirectory() as folder:
        made = write_class(assignment, count, Path(folder))
        times = _open(Path(folder) / "index.html")
    lines = _lines(count, made, times)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def write_class(assignment: Assignment, count: int, folder: Path) -> dict[str, float]:
    """Makes a class's page and ten of its students' pages. Says how long each part took."""
    reports = list(made_up(assignment, count))
    code = {name: (assignment.solution_folder / name).read_bytes() for name in assignment.files}
    begin = time.perf_counter()
    rows = read_rows(assignment, reports, "en")
    page = class_page([Section(assignment, rows)], "en")
    whole = time.perf_counter() - begin
    (folder / "index.html").write_bytes(page)
    begin = time.perf_counter()
    (folder / assignment.name).mkdir()
    for report in reports[:10]:
        one = student_page(assignment, report, "en", files=code)
        (folder / assignment.name / f"{report.submission.id}.html").write_bytes(one)
    return {"page": whole, "bytes": len(page), "student": (time.perf_counter() - begin) / 10}


def made_up(assignment: Assignment, count: int) -> Iterator[Report]:
    """Reports of students of whom each is as good as another is bad."""
    chance = random.Random(0)  # noqa: S311
    for number in range(count):
        skill = 0.3 + 0.7 * chance.random()
        tests = [_test(exercise, test, chance.random() < skill, chance)
                 for exercise in assignment.exercises for test in exercise.tests]  # fmt: skip
        submission = Submission(f"s{number:04}-{'abcdefgh'[number % 8] * 6}", assignment.name)
        report = blank_report(assignment, submission, Options(), "graded")
        total = sum(test.score for test in tests)
        exercises = tuple(
            msgspec.structs.replace(
                one, score=sum(test.score for test in tests if test.exercise == one.id)
            )
            for one in report.exercises
        )
        yield msgspec.structs.replace(
            report, tests=tuple(tests), exercises=exercises, score=total, final_score=total,
            duration_s=round(0.4 + chance.random(), 3),
        )  # fmt: skip


def _test(exercise: Exercise, test: Test, passed: bool, chance: random.Random) -> TestReport:
    status: Any = "passed" if passed else chance.choice(STATUSES)
    is_shown = not passed and test.visibility == "public"
    return TestReport(
        id=test.id,
        exercise=exercise.id,
        title=test.title.en,
        status=status,
        score=test.points if passed else 0.0,
        max_score=test.points,
        visibility=test.visibility,
        message=MESSAGE if is_shown else "",
        hint="" if passed else test.hint.en,
        duration_s=round(chance.random() / 20, 3),
        differences=(_difference(chance),) if is_shown and status == "failed" else (),
    )


def _difference(chance: random.Random) -> TensorDifference:
    rows = tuple("".join(chance.choice("0000abcdefgh") for _ in range(16)) for _ in range(5))
    return TensorDifference(
        name="output", shape=(2, 5, 16), at=(1, 3, 7), yours="0.2", expected="0.931",
        largest="0.731", tolerance="1e-10", share=0.61, map=rows,
    )  # fmt: skip


class Times(NamedTuple):
    """Milliseconds, of each round."""

    opened: list[float]  # until the page was loaded
    worked: list[float]  # of that, the processor time of the page's main thread
    answered: list[float]  # from a press on a heading to the next frame


def _open(page: Path) -> Times:
    times = Times([], [], [])
    for _ in range(ROUNDS):
        browser = _browser()
        try:
            browser.execute_cdp_cmd("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
            browser.execute_cdp_cmd("Performance.enable", {})
            begin = time.perf_counter()
            browser.get(page.as_uri())
            ended = time.perf_counter() - begin
            _, loaded = browser.execute_script(OPENED)
            times.opened.append(max(loaded, 1000 * ended))
            times.worked.append(1000 * _thread_time(browser))
            times.answered.append(browser.execute_async_script(WAIT_FOR_PAINT))
        finally:
            browser.quit()
    return times


def _thread_time(browser: webdriver.Chrome) -> float:
    metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "ThreadTime"))


def _browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def _lines(count: int, made: dict[str, float], times: Times) -> list[str]:
    return [
        "# The page of a class",
        "",
        f"{count:,} students of task gpt2, made up; Chromium, headless, from a file; "
        f"{ROUNDS} rounds, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}. Written by "
        "`python -m benchmarks.report_page`.",
        "",
        "| what | median | worst |",
        "|---|---|---|",
        f"| the page opens (asked for → loaded) | {_seconds(times.opened)} |",
        f"| of that, processor time of its main thread | {_seconds(times.worked)} |",
        f"| the table is sorted (press → next frame) | {_seconds(times.answered)} |",
        f"| the page is made from the reports in memory | {made['page']:.2f} s | |",
        f"| a student's page is made, without gaps | {made['student']:.3f} s | |",
        f"| its size | {made['bytes'] / 1e6:.1f} MB | |",
    ]


def _seconds(times: list[float]) -> str:
    return f"{statistics.median(times) / 1000:.2f} s | {max(times) / 1000:.2f} s"


if __name__ == "__main__":
    main()
