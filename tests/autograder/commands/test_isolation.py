"""On a kernel without Landlock grading refuses to start, unless the person says otherwise."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Runs its arguments where the kernel answers Landlock's first call as one without it would.
WITHOUT_LANDLOCK = """
import errno, os, sys, pyseccomp as seccomp
rules = seccomp.SyscallFilter(seccomp.ALLOW)
rules.add_rule(seccomp.ERRNO(errno.ENOSYS), 444)  # landlock_create_ruleset
rules.load()
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.fixture
def run_without_landlock(tiny_course):
    def run(*arguments):
        command = [sys.executable, "-c", WITHOUT_LANDLOCK, "-m", "autograder", *arguments]
        return subprocess.run(
            command, cwd=tiny_course.root, capture_output=True, text=True, timeout=120, check=False
        )

    tiny_course.hand_in("s01", "return factor * x.sum(dim=-1)")
    return run


def test_grading_refuses_to_start_and_says_what_to_do(tiny_course, run_without_landlock):
    result = run_without_landlock("grade", "submissions")
    assert result.returncode == 3
    assert "Landlock has ABI 0, and 3 is needed" in result.stderr
    assert "Do: autograder doctor, or for code you trust: --isolation none" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not list((tiny_course.root / "reports").rglob("[!.]*.*"))


def test_without_isolation_it_grades_and_every_report_says_so(tiny_course, run_without_landlock):
    (tiny_course.root / "submissions/s02-nothing").mkdir()
    result = run_without_landlock("grade", "submissions", "--isolation", "none")
    assert result.returncode == 0, result.stderr
    paths = sorted((tiny_course.root / "reports/tiny").glob("*.json"))
    found = [json.loads(path.read_text()) for path in paths]
    assert [(one["isolation"], one["score"]) for one in found] == [("none", 10), ("none", 0)]


def test_doctor_names_the_lack_and_its_remedy(run_without_landlock):
    result = run_without_landlock("doctor")
    assert result.returncode == 3
    assert "ABI 0, at least 3 is needed" in result.stdout
    assert "--isolation none" in result.stdout
