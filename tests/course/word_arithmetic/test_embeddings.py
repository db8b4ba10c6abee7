"""The reference on real embeddings, Chinese and English, and the script that students are given."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from autograder.models.embeddings import Embedding, load_embedding
from autograder.models.store import is_present
from autograder.sandbox.inside.runner import load_module

ROOT = Path(__file__).parents[3]
SOLUTION = ROOT / "solutions/word_arithmetic"
GIVEN = ROOT / "assignments/word_arithmetic/given"


def needs(name: str) -> pytest.MarkDecorator:
    reason = f"{name} is not on this machine: autograder fetch {name}"
    return pytest.mark.skipif(not is_present(name), reason=reason)


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_module(SOLUTION / "word_arithmetic.py", "reference_word_arithmetic")


@pytest.fixture(scope="module")
def english() -> Embedding:
    return load_embedding("minilm")


@pytest.fixture(scope="module")
def chinese() -> Embedding:
    return load_embedding("word-vectors")


@needs("minilm")
@pytest.mark.parametrize(
    ("equation", "nearest"),
    [
        ("king - man + woman", "queen"),
        ("paris - france + germany = ?", "berlin"),
        ("walking － walk ＋ swim", "swimming"),
        ("actor - man + woman", "actress"),
        ("Summer - hot + cold", "winter"),
    ],
)
def test_english_equations_come_to_the_word_that_one_expects(reference, english, equation, nearest):
    ((best, *_),), _ = reference.solve_freely([equation], english.index, english.table, 5)
    assert best == nearest


@needs("minilm")
def test_an_english_word_is_made_of_the_pieces_that_the_tokenizer_knows(reference, english):
    rows = reference.rows_of("Sushi", english.index)
    assert [english.words[row] for row in rows] == ["sus", "hi"]
    with pytest.raises(reference.UnknownWord, match="☃"):
        reference.word_vector("☃", english.index, english.table)


@needs("word-vectors")
def test_chinese_equations_come_to_the_word_that_one_expects(reference, chinese):
    example = ["学生", "骑士", "国王"]
    king, _ = reference.solve_among("皇后 - 女人 + 男人", example, chinese.index, chinese.table)
    assert king == "国王"
    texts = ["孙悟空 - 猴子 + 猪", "巴黎-法国+英国"]
    nearest, _ = reference.solve_freely(texts, chinese.index, chinese.table, 3)
    assert [words[0] for words in nearest] == ["猪八戒", "伦敦"]


@needs("word-vectors")
def test_words_that_the_chinese_vectors_lack_are_made_of_pieces(reference, chinese):
    pieces = {"一流": ["流"], "二流": ["流"], "负一流": ["负", "流"], "抱抱脸": ["抱抱", "脸"],
              "MIT": ["MIT"], "Mit": ["mit"]}  # fmt: skip
    for word, expected in pieces.items():
        rows = reference.rows_of(word, chinese.index)
        assert [chinese.words[row] for row in rows] == expected


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """What a student has who has filled in everything but the answers."""
    (tmp_path / "assignments/word_arithmetic").mkdir(parents=True)
    puzzles = "assignments/word_arithmetic/puzzles.py"
    shutil.copy(ROOT / puzzles, tmp_path / puzzles)
    shutil.copytree(GIVEN, tmp_path / "word_arithmetic")
    shutil.copy(SOLUTION / "word_arithmetic.py", tmp_path / "word_arithmetic")
    return tmp_path


def run_script(
    template: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "word_arithmetic/equations.py", *arguments],
        cwd=template, env=os.environ | {"PYTHONUTF8": "1"} | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@needs("word-vectors")
def test_the_script_writes_the_answers_of_the_course_and_keeps_ones_own(template):
    form = template / "word_arithmetic/answers.json"
    right = (SOLUTION / "answers.json").read_text(encoding="utf-8")
    mine = json.loads(right)["own"]
    form.write_text(json.dumps({"own": mine}), encoding="utf-8")
    run = run_script(template, "--write")
    assert run.returncode == 0, run.stderr
    assert "僵尸 + 复活 = 鬼魂" in run.stdout
    assert form.read_text(encoding="utf-8") == right


@needs("word-vectors")
def test_the_script_solves_an_equation_of_ones_own_and_names_an_unknown_word(template):
    run = run_script(template, "孙悟空 - 猴子 + 猪")
    assert run.returncode == 0, run.stderr
    assert "猪八戒" in run.stdout
    run = run_script(template, "孙悟空 - ☃")
    assert run.returncode == 1
    assert run.stderr == "no piece of '☃' is in the vocabulary\n"


def test_the_script_tells_in_one_line_that_vectors_are_missing(template, tmp_path):
    run = run_script(template, "--embedding", "minilm", XDG_CACHE_HOME=str(tmp_path / "empty"))
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "autograder fetch minilm" in run.stderr


def entries(template: Path) -> list[dict[str, str]]:
    form = json.loads((template / "word_arithmetic/answers.json").read_text(encoding="utf-8"))
    return form["own"]


@needs("word-vectors")
def test_the_script_writes_an_equation_of_ones_own_with_the_nearest_word(template):
    given = (template / "word_arithmetic/answers.json").read_text(encoding="utf-8")
    run = run_script(template, "--write", "冰 + 火")
    assert run.returncode == 0, run.stderr
    assert entries(template) == [{"equation": "冰 + 火", "answer": "冰冻"}]
    run = run_script(template, "--write", "--", "-猴子 + 孙悟空 + 猪", "冰 + 火")
    assert run.returncode == 0, run.stderr
    assert [one["answer"] for one in entries(template)] == ["猪八戒", "冰冻"]
    form = (template / "word_arithmetic/answers.json").read_text(encoding="utf-8")
    assert form.partition('"own"')[0] == given.partition('"own"')[0]


def test_the_script_keeps_to_the_embedding_that_the_answers_name(template):
    run = run_script(template, "--write", "--embedding", "minilm", "ice + fire")
    assert run.returncode == 1
    assert run.stderr == (
        "answers.json: it says word-vectors, not minilm. Do: add --embedding word-vectors\n"
    )


def test_the_script_reads_the_answers_before_it_does_anything(template):
    form = template / "word_arithmetic/answers.json"
    form.write_text('{\n "embedding" "minilm"}', encoding="utf-8")
    run = run_script(template, "--write")
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr == (
        "answers.json: Expecting ':' delimiter: line 2 column 14 (char 15). "
        "Do: mend it, or delete the file and begin again\n"
    )
    form.write_text("[]", encoding="utf-8")
    assert "not the form that was given out" in run_script(template, "--write").stderr


TROUBLE = {
    "gap": ("x / length.masked_fill(length == 0, 1)", "[MASK]", "unit: this gap is still open. "),
    "mistake": ("x.norm(dim=-1", "x.normal(dim=-1", "unit: AttributeError: 'Tensor' object has"),
    "syntax": ("def unit(x):", "def unit(x)", "expected ':'. Do: mend it; `make check`"),
    "not a number": ("length.masked_fill(length == 0, 1)", "(length - length)",
                     "the similarity of 鬼魂 is nan. Do: look at unit"),
}  # fmt: skip


@needs("word-vectors")
@pytest.mark.parametrize("kind", TROUBLE)
def test_the_script_tells_trouble_in_one_line(template, kind):
    right, wrong, says = TROUBLE[kind]
    code = template / "word_arithmetic/word_arithmetic.py"
    text = code.read_text(encoding="utf-8")
    assert right in text
    code.write_text(text.replace(right, wrong), encoding="utf-8")
    run = run_script(template, "--write")
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert says in run.stderr


@needs("word-vectors")
def test_the_script_tells_that_an_equation_lacks_a_word(template):
    run = run_script(template, "冰 + + 火")
    assert run.returncode == 1
    assert "ValueError: '冰 + + 火': a word is missing" in run.stderr
    assert run.stderr.count("\n") == 1
