"""The course travels as bytes and lies in a private folder for as long as it is used."""

from __future__ import annotations

from autograder.course.assignment import load_assignment
from autograder.grading.options import Options
from autograder.scale.cluster.parcel import laid_out, pack, unpack
from autograder.scale.job import Job


def test_a_course_is_laid_out_elsewhere_and_deleted_afterwards(tiny_course):
    job = Job(load_assignment(tiny_course.root, "tiny"), Options(language="zh"))
    tiny_course.write("tests/shared/laws.py", "A = 1\n")
    tiny_course.write("tests/tiny/more.py", "from tests.shared.laws import A\n")
    parcel = unpack(pack(job))
    with laid_out(parcel) as there:
        root = there.assignment.root
        assert root != tiny_course.root
        assert root.stat().st_mode & 0o077 == 0
        assert load_assignment(root, "tiny") == there.assignment
        assert (root / "tests/shared/laws.py").read_text() == "A = 1\n"
        assert (root / "solutions/tiny/tiny.py").is_file()
        assert there.options == job.options
    assert not root.exists()
