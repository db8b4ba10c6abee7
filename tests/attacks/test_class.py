"""All attacks as one class, with honest students among them, graded by the command line.

As root and as an ordinary user, in a user namespace each: what an ordinary user's process may not
do, root's sandbox must not be able to do either.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.scale.cache import FOLDER
from tests.attacks.corpus import BASES, FILE, attacks
from tests.attacks.world import make_course, marks

IDENTITIES = {
    "root": ["--map-root-user"],
    "ordinary user": ["--map-user=1000", "--map-group=1000"],
}
LIMITS = "[limits]\nimport_s = 4\ncall_s = 2\nsubmission_s = 30\n"
HONEST = 9  # students with the right answer, spread over the class


@pytest.mark.timeout(600)
@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_class_of_attackers_is_graded_to_its_end(identity: str, tmp_path: Path) -> None:
    as_somebody = ["unshare", "--user", *IDENTITIES[identity], "--"]
    if subprocess.run([*as_somebody, "true"], check=False, capture_output=True).returncode:
        pytest.skip("not run here: the kernel lets nobody make user namespaces")
    course, outside = make_course(tmp_path)
    _quicken(course / "assignments/gpt2/assignment.toml")
    corpus = attacks()
    students = {f"{number:03}-{one.path.stem}": one for number, one in enumerate(corpus)}
    for name, attack in students.items():
        attack.write(tmp_path / "class" / name / "gpt2", course, outside)
    spread = len(corpus) // HONEST
    honest = [f"{number * spread:03}-z-honest" for number in range(HONEST)]
    for name, base in [("wrong", "wrong"), *((name, "right") for name in honest)]:
        path = tmp_path / "class" / name / "gpt2" / FILE
        path.parent.mkdir(parents=True)
        path.write_text(BASES[base], encoding="utf-8")
    (tmp_path / "class/links/gpt2").mkdir(parents=True)
    (tmp_path / "class/links/gpt2" / FILE).symlink_to(course / "solutions/gpt2" / FILE)
    before = _files(course, outside)

    command = [sys.executable, "-m", "autograder", "grade", str(tmp_path / "class"), "--jobs", "2",
               "--output", str(tmp_path / "out")]  # fmt: skip
    done = subprocess.run(
        [*as_somebody, *command], cwd=course, capture_output=True, timeout=500, check=False
    )

    assert done.returncode == 0, done.stderr.decode()
    reports = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("out/gpt2/*.json")}
    assert reports.pop("links")["status"] == "rejected"
    assert set(reports) == {*students, *honest, "wrong"}
    assert {one["status"] for one in reports.values()} == {"graded"}
    assert {reports[name]["score"] for name in honest} == {100}
    for name, attack in students.items():
        most = 100 if attack.base == "right" else reports["wrong"]["score"]
        assert reports[name]["score"] <= most, name
    assert _files(course, outside) == before
    index = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    pages = [path.read_text(encoding="utf-8") for path in tmp_path.glob("out/gpt2/*.html")]
    assert len(pages) == len(reports) + 1
    assert any("&lt;script&gt;alert" in page for page in pages)
    assert not any("<script" in page for page in pages)
    assert index.count("<script") == 1  # ours
    assert not re.search("[\u202a-\u202e\u2066-\u2069\\x1b]", index + "".join(pages))
    assert b"\x1b[2J" not in done.stdout + done.stderr


def _quicken(toml: Path) -> None:
    """Loops must not last long."""
    text = re.sub(r"\[limits\]\n(?:\w+ = .*\n)*", "", toml.read_text(encoding="utf-8"))
    head, mark, rest = text.partition("[[exercises]]")
    toml.write_text(f"{head}{LIMITS}\n{mark}{rest}", encoding="utf-8")


def _files(*places: Path) -> dict[Path, tuple[int, ...]]:
    return {path: marks(path) for place in places for path in place.rglob("*.*")
            if not {"__pycache__", FOLDER} & set(path.parts)}  # fmt: skip
