"""`autograder release` and `verify`: the template a student gets, and the course's proofs."""

from __future__ import annotations

from pathlib import Path

import pytest

REFERENCE = "solutions/tiny/tiny.py"


def test_the_template_has_gaps_public_tests_and_handout_and_no_secret(tiny_course):
    result = tiny_course.run("release")
    assert result.returncode == 0, result.stderr
    template = tiny_course.root / "student_template"
    code = (template / "tiny/tiny.py").read_text()
    assert "    total = [MASK]\n    [MASK]\n    return total\n" in code
    assert (template / "tiny/README.md").read_text() == "# A tiny task\n"
    assert (template / "tests/tiny/test_tiny.py").is_file()
    for name in ("Makefile", "README.md", "assignments/tiny/gaps/tiny.json"):
        assert (template / name).is_file()
    everything = b"".join(path.read_bytes() for path in template.rglob("*") if path.is_file())
    for secret in (b"5f2c1e8a90b34d67", b"test_works_for_one_row", b"factor * total", b"hidden/"):
        assert secret not in everything


def test_releasing_twice_gives_the_same_bytes_and_drops_what_is_gone(tiny_course):
    def contents():
        tiny_course.run("release")
        folder = tiny_course.root / "student_template"
        return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    first = contents()
    old = tiny_course.write("tests/tiny/old.py", "")
    assert contents().keys() - first.keys() == {Path("tests/tiny/old.py")}
    old.unlink()
    assert contents() == first


def test_a_students_own_files_in_a_template_stay(tiny_course):
    tiny_course.run("release")
    mine = tiny_course.write("student_template/.git/config", "mine")
    assert tiny_course.run("release").returncode == 0
    assert mine.read_text() == "mine"
    assert tiny_course.run("verify").stdout.startswith("✓ student_template/ is what")


@pytest.mark.parametrize("target", ["thesis", ".", ".."])
def test_a_folder_that_is_no_template_is_never_written_to(tiny_course, target):
    precious = tiny_course.write("thesis/chapter.tex", "years of work")
    result = tiny_course.run("release", "--output", target)
    assert result.returncode == 2
    assert "not a student template" in result.stderr
    assert precious.read_text() == "years of work"


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        (REFERENCE, "[MASK sum/total]", "[MASK sums/total]", "a mark names the exercise 'sums'"),
        (REFERENCE, "x.sum(dim=-1)\n    # hint", "x.mean()\n    # hint", "tiny.py:7: "),
        ("assignments/tiny/README.md", "tiny task", "tip: x.sum(dim=-1)", "README.md:1"),
        ("tests/tiny/test_tiny.py", "def test_mult",
         "# as in test_works_for_one_row\ndef test_mult", "the hidden test test_works_for_one_row"),
        ("tests/tiny/test_tiny.py", "def test_mult", "SEED = '5f2c1e8a90b34d67'\ndef test_mult",
         "the secret that seeds the hidden tests"),
    ],
)  # fmt: skip
def test_what_would_give_something_away_is_refused(tiny_course, edit, path, old, new, complaint):
    edit(tiny_course.root / path, old, new)
    result = tiny_course.run("release")
    assert result.returncode == 2
    assert complaint in result.stderr
    assert "Do: " in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tiny_course.root / "student_template").exists()


def test_verify_proves_a_sound_course(tiny_course):
    tiny_course.write(
        "assignments/tiny/worthless/zeros.py",
        "def scaled_sum(x, factor):\n    return torch.zeros(x.shape[:-1], dtype=x.dtype)\n",
    )
    tiny_course.run("release")
    result = tiny_course.run("verify")
    assert result.returncode == 0, result.stdout + result.stderr
    for claim in ("the reference scores 100 %", "the template scores 0", "each of 2 gaps",
                  "worthless submissions score 0 (zeros)", "know the same 3 tests"):  # fmt: skip
        assert claim in result.stdout


def test_verify_names_what_contradicts_each_proof(tiny_course, edit):
    tiny_course.run("release")
    edit(tiny_course.root / REFERENCE, "    return total", "    return total + 1")
    tiny_course.write("assignments/tiny/worthless/right.py", "def scaled_sum(x, factor):\n"
                      "    return factor * x.sum(-1)\n")  # fmt: skip
    tiny_course.write("tests/tiny/test_more.py", "def test_nobody_listed(student):\n    pass\n")
    result = tiny_course.run("verify")
    assert result.returncode == 1
    for problem in (
        "student_template/tiny/tiny.py differs. Do: autograder release",
        "test_more.py::test_nobody_listed is in tests/ only",
        "test_tiny.py::test_adds_along_the_last_axis: failed",
        "right: test_tiny.py::test_adds_along_the_last_axis gives 4",
    ):
        assert problem in " ".join(result.stdout.split()), problem
