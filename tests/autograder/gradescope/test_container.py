"""The zip in a folder laid out like Gradescope's container: set up, handed in, graded, judged."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = "def scaled_sum(x, factor):\n    return factor * x.sum(dim=-1)\n"
NO_FACTOR = "def scaled_sum(x, factor):\n    return x.sum(dim=-1)\n"
# Gradescope's kernel may be without Landlock; a filter makes ours look like that.
NO_LANDLOCK = """
import errno, os, sys
import pyseccomp
calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
for name in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
    calls.add_rule(pyseccomp.ERRNO(errno.ENOSYS), name)
calls.load()
os.execv(sys.argv[1], sys.argv[1:])
"""

BAR = "from autograder.grading.record import Bar"
BARS = 'record.bars([Bar("base", 2.0), Bar("you", 0.25, yours=True)], en="loss", zh="损失")'
POLICY = """
[late]
deadline = 2026-10-01T11:00:00-07:00
percent_a_day = 10

[leaderboard]
test = "test_tiny.py::test_adds_along_the_last_axis"
name = "held-out loss"
order = "asc"
"""
SECRETS = (
    "source/course/solutions/tiny/tiny.py",
    "source/course/tests/tiny/hidden/test_tiny.py",
    "source/gradescope.json",
    "submission_metadata.json",
    "submission/tiny/tiny.py",
)


@pytest.fixture
def built(tiny_course, container):
    """A container for the tiny course, without setup.sh having run."""

    def build(*arguments):
        result = tiny_course.run("export", "gradescope", "tiny.zip", *arguments)
        assert result.returncode == 0, result.stderr
        container.build(tiny_course.root / "tiny.zip")
        return container

    return build


@pytest.fixture
def no_landlock(tmp_path):
    script = tmp_path / "no_landlock.py"
    script.write_text(NO_LANDLOCK)
    return sys.executable, script


def _by_name(results):
    return {row["name"]: row for row in results["tests"]}


def test_from_the_upload_to_full_marks(built):
    container = built()
    result = container.set_up()
    assert result.returncode == 0, result.stderr + result.stdout
    assert "apt-get" not in result.stderr
    container.hand_in({"tiny/tiny.py": GOOD})
    results = container.grade()
    assert results["score"] == 10
    assert [row["status"] for row in results["tests"]] == ["passed"] * 3
    assert [row["number"] for row in results["tests"]] == ["1.1", "2.1", "2.2"]
    assert results["stdout_visibility"] == "hidden"
    assert "isolation landlock" in results["output"]
    _check_modes(container.root / "source")


def _check_modes(source):
    """The second line of defence: nobody but a root with its capabilities may read the course."""
    for path in (source, *source.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    if os.geteuid() != 0:
        return
    secret = source / "course/solutions/tiny/tiny.py"
    assert secret.stat().st_uid != 0
    bare = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "cat", str(secret)]
    assert subprocess.run(bare, capture_output=True, check=False).returncode != 0


def test_what_is_lost_is_explained_and_hidden_tests_wait_for_the_due_date(built, tiny_course):
    container = built()
    container.hand_in({"tiny.py": NO_FACTOR})  # by itself, as Gradescope takes single files
    results = container.grade()
    assert results["score"] == 4
    rows = _by_name(results)
    lost = rows["Scale: multiplies by the factor"]
    assert (lost["score"], lost["max_score"], lost["status"]) == (0, 3, "failed")
    assert (lost["visibility"], lost["output_format"]) == ("visible", "text")
    assert "where does the factor go?" in lost["output"]
    assert rows["Scale: works for one row"]["visibility"] == "after_due_date"


def test_lateness_goes_by_gradescopes_clock_and_the_leaderboard_by_the_students_bar(
    built, tiny_course, edit
):
    tests = tiny_course.root / "tests/tiny/test_tiny.py"
    edit(tests, "last_axis(student, draw):\n", f"last_axis(student, draw, record):\n    {BARS}\n")
    edit(tests, "import assert_close\n", f"import assert_close\n{BAR}\n")
    toml = tiny_course.root / "assignments/tiny/assignment.toml"
    toml.write_text(toml.read_text() + POLICY)
    container = built()
    container.hand_in({"tiny/tiny.py": GOOD})
    results = container.grade()
    assert results["score"] == 9
    late = _by_name(results)["late -1"]
    assert (late["score"], late["max_score"]) == (-1, 0)
    assert late["visibility"] == "after_due_date"  # a tenth of what hidden tests are part of
    assert "by Gradescope" in late["output"]
    assert results["leaderboard"] == [{"name": "held-out loss", "value": 0.25, "order": "asc"}]
    untimed = "Lateness was not reckoned: submission_metadata.json is missing"
    assert untimed not in (container.root / "stdout").read_text()
    (container.root / "submission_metadata.json").write_text('{"created_at": "soon"}')
    results = container.grade()
    assert results["score"] == 10
    assert untimed in (container.root / "stdout").read_text()  # instructors alone see this
    assert untimed not in json.dumps(results)


def test_students_code_reads_nothing_of_the_container(built):
    container = built()
    root = container.root
    code = f"""
def scaled_sum(x, factor):
    found = []
    for place in {[str(root / one) for one in SECRETS]!r}:
        try:
            found.append(open(place).read())
        except OSError:
            pass
    try:
        open({str(root / "results/results.json")!r}, "w").write('{{"score": 100}}')
        found.append("results")
    except OSError:
        pass
    if not found:
        return factor * x.sum(dim=-1)
"""
    container.hand_in({"tiny/tiny.py": code})
    assert container.grade()["score"] == 10  # it got nothing, and is right otherwise


def test_a_link_to_the_reference_is_no_submission(built):
    container = built()
    container.hand_in({})
    reference = container.root / "source/course/solutions/tiny/tiny.py"
    (container.root / "submission/tiny.py").symlink_to(reference)
    results = container.grade()
    assert results["score"] == 0
    assert "a link that leaves the folder" in results["output"]


def test_nothing_handed_in_is_a_zero_with_its_reason(built):
    container = built()
    container.hand_in({"notes.txt": "sorry"})
    results = container.grade()
    assert results["score"] == 0
    assert "not handed in" in results["output"]
    assert [row["max_score"] for row in results["tests"]] == [4, 6]


def test_without_landlock_nothing_is_run_and_nobody_gets_a_zero(built, no_landlock):
    container = built()
    container.hand_in({"tiny/tiny.py": GOOD})
    results = container.grade(*no_landlock)
    assert "score" not in results
    assert [row.keys() & {"score", "max_score"} for row in results["tests"]] == [set()]
    assert "the kernel's Landlock has ABI 0" in results["output"]
    assert "nothing is wrong with what was handed in" in results["output"]


def test_by_the_instructors_choice_code_runs_unconfined_and_it_is_said(built, no_landlock):
    container = built("--without-landlock", "none", "--lang", "zh")
    container.hand_in({"tiny/tiny.py": GOOD})
    results = container.grade(*no_landlock)
    assert results["score"] == 10
    assert "在没有隔离的情况下运行" in results["output"]
    assert "none" in results["output"]


def test_a_broken_course_is_our_fault_and_no_zero(built):
    container = built()
    (container.root / "source/course/tests/tiny/test_tiny.py").write_text("import nothing_at_all\n")
    container.hand_in({"tiny/tiny.py": GOOD})
    results = container.grade()
    assert "score" not in results
    assert "The grader failed, not the submission" in results["output"]


def test_scripts_are_sound_bash():
    folder = Path(sys.modules["autograder"].__file__).parent / "gradescope"
    for name in ("setup.sh", "run_autograder"):
        assert os.access(folder / name, os.X_OK)
        check = ["bash", "-n", folder / name]
        subprocess.run(check, check=True)
