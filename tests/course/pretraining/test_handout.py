"""The handout's script is one that runs, and both languages show the same one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

from autograder.pretraining.folder import load
from solutions.data.__main__ import as_text
from solutions.data.corpus import documents

HANDOUTS = Path(__file__).resolve().parents[3] / "assignments" / "pretraining"


def script(name: str) -> str:
    text = (HANDOUTS / name).read_text(encoding="utf-8")
    (found,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    return found


def test_both_handouts_show_the_same_script():
    assert script("README.md") == script("README.zh.md")


def test_the_script_of_the_handout_makes_a_model_that_check_reads(tmp_path):
    (tmp_path / "corpus.txt").write_text(as_text(list(islice(documents(), 200))), encoding="utf-8")
    short = script("README.md").replace("max_steps=4000", "max_steps=2")
    (tmp_path / "script.py").write_text(short, encoding="utf-8")
    cache = {**os.environ, "HF_DATASETS_CACHE": str(tmp_path / "cache")}
    subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=cache, check=True, capture_output=True
    )
    model = load(tmp_path / "my-model")
    assert (model.family, model.context) == ("decoder", 256)
