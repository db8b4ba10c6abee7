"""Wrong solutions by people who had the students' template alone, and how they are diagnosed.

They were written before the known mistakes could be seen, each a fresh fill, and the library was
not changed for them. `heldout/mistakes.json` says what is wrong with each, and, by exercise, which
known mistakes tell that; none where the library has no such mistake, and silence is right.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HELDOUT = Path(__file__).parent / "heldout"
STUDENTS = json.loads((HELDOUT / "mistakes.json").read_text("utf-8"))
RIGHT, SILENT = 31, 11  # of 42 exercises with a mistake; five of the silent are rightly so


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Graded with the course's own tests; of a file that was not written, the template's."""
    work = tmp_path_factory.mktemp("heldout")
    shutil.copytree(HELDOUT, work / "class", ignore=shutil.ignore_patterns("*.json"))
    for folder in (work / "class").glob("*/sft"):
        shutil.copy(ROOT / "student_template" / "sft" / "chat.py", folder)
    for name in {one["assignment"] for one in STUDENTS.values()}:
        command = ["grade", str(work / "class"), "--assignment", name, "--lang", "en"]
        subprocess.run(
            [sys.executable, "-m", "autograder", *command, "--output", str(work / "reports")],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
    return work / "reports"


def diagnoses(reports: Path) -> Iterator[tuple[str, set[str], set[str]]]:
    """Of each exercise with a mistake: where it is, the names that are right, those that came."""
    for student, one in STUDENTS.items():
        report = json.loads((reports / one["assignment"] / f"{student}.json").read_bytes())
        assert report["status"] == "graded"
        for exercise, right in one["named"].items():
            named = {
                mistake["name"]
                for test in report["tests"]
                if test["exercise"] == exercise and test.get("diagnosis")
                for mistake in test["diagnosis"]["mistakes"]
            }
            yield f"{student} {exercise}", {f"{exercise}/{name}" for name in right}, named


def test_none_of_the_mistakes_is_taken_for_another(reports: Path) -> None:
    wrong = [where for where, right, named in diagnoses(reports) if not named <= right]
    assert not wrong


def test_most_of_them_are_named(reports: Path) -> None:
    found = Counter("right" if named else "silent" for _, _, named in diagnoses(reports))
    assert found["right"] >= RIGHT
    assert found["silent"] <= SILENT
