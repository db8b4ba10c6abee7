"""What a result depends on besides what was handed in and the course."""

from __future__ import annotations

from pathlib import Path

import autograder
from autograder.grading.identity import ABSENT, all_versions, own_files, version_of


def test_the_versions_are_those_of_reports_and_of_what_student_code_may_import():
    assert {"autograder", "python", "torch", "hypothesis"} <= all_versions("torch").keys()
    assert {"peft", "tokenizers"} <= all_versions("transformers").keys()
    assert version_of("no-such-distribution") == ABSENT


def test_each_of_the_graders_own_files_counts(tmp_path, monkeypatch):
    package = tmp_path / "autograder"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "models/weights.safetensors").write_bytes(b"one")
    monkeypatch.setattr(autograder, "__file__", str(package / "__init__.py"))
    seen = []
    changes = [("__init__.py", b""), ("__init__.py", b"x = 1\n"),
               ("models/weights.safetensors", b"two"), ("models/new.py", b"")]  # fmt: skip
    for name, content in changes:
        Path(package / name).write_bytes(content)
        seen.append(own_files.__wrapped__())
    (package / "models/new.pyc").write_bytes(b"")
    assert len(set(seen)) == 4
    assert own_files.__wrapped__() == seen[-1]
