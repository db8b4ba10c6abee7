"""`autograder chat`: what it refuses in one line, what it imports, and a conversation by pipe."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.chat.transcript import read_transcript
from tests.autograder.chat.openai_server import serving
from tests.autograder.chat.tiny import save_tiny

KEY = "sk-very-secret-4711"


def _chat(folder, *options, said="", code="from autograder.__main__ import main", **environment):
    arguments = ["-c", f"import sys\n{code}\nsys.exit(main())", "chat", "--lang", "en", *options]
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, input=said, capture_output=True, text=True,
        timeout=240, check=False, env={**os.environ, "PYTHONUTF8": "1", **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--temperature", "-1"], "--temperature: "),
        (["--seed", "-1"], "--seed: not between 0 and 2147483647"),
        (["--url", "http://127.0.0.1:1/v1", "--adapter", "x"], "--adapter: "),
        (["--url", "http://127.0.0.1:1/v1"], "--url: which model"),
        (["--model", "none"], "none: no such folder"),
        ([], "chat-model: "),
        (["--web", "--port", "70000"], "--port: not between 1 and 65535"),
    ],
)
def test_a_call_that_cannot_work_is_one_line_and_exit_code_2(tmp_path, options, reason):
    result = _chat(tmp_path, *options, XDG_CACHE_HOME=str(tmp_path))
    assert result.returncode == 2
    assert result.stderr.startswith(f"autograder: {reason}"), result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("package", "options"),
    [
        ("openai", ["--url", "http://127.0.0.1:1/v1", "--model", "m"]),
        ("gradio", ["--web", "--url", "http://127.0.0.1:1/v1", "--model", "m"]),
        ("gguf", ["--model", "m.gguf"]),
    ],
)
def test_a_package_that_is_not_installed_is_one_line(tmp_path, package, options):
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    blocked = f"sys.modules[{package!r}] = None\nfrom autograder.__main__ import main"
    result = _chat(tmp_path, *options, code=blocked)
    assert result.returncode == 2
    assert f"{package}: this package is not installed" in result.stderr
    assert "pip install 'autograder[chat]'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_talking_to_a_server_imports_no_torch(tmp_path):
    code = (
        "from autograder.cli import main as run\n"
        "def main():\n    run()\n    print([n for n in ('torch', 'gradio') if n in sys.modules])"
    )
    with serving("Hello") as server:
        result = _chat(tmp_path, "--url", server.url, "--model", "m", said="Hi\n", code=code)
    assert "model> Hello" in result.stdout
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("right", [KEY, "another"])
def test_the_key_is_in_no_file_and_no_output(tmp_path, right):
    with serving("Hello", key=right) as server:
        result = _chat(tmp_path, "--url", server.url, "--model", "m", "--save", "mine.json",
                       said="Hi\n/save copy.json\n/model\n", OPENAI_API_KEY=KEY)  # fmt: skip
        assert len(server.asked) == 1
    assert result.returncode == 0
    assert ("model> Hello" in result.stdout) == (right == KEY)
    assert ("refuses the key" in result.stdout) == (right != KEY)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == (2 if right == KEY else 0)
    assert KEY not in result.stdout + result.stderr
    assert all(KEY.encode() not in path.read_bytes() for path in files)


def test_a_local_model_can_be_talked_with_by_pipe_and_the_same_seed_repeats_it(tmp_path):
    folder = save_tiny(tmp_path / "small")
    options = ["--model", str(folder), "--seed", "7", "--max-new-tokens", "20"]
    for name in ("first.json", "second.json"):
        result = _chat(tmp_path, *options, "--save", name, said="你好\n")
        assert result.returncode == 0, result.stderr
        assert result.stdout.endswith(f"Saved in {name}\n")
        assert result.stderr == ""
    first, second = (read_transcript(tmp_path / name) for name in ("first.json", "second.json"))
    assert first == second
    assert (first.model, first.seed, first.turns[0].value) == ("small", 7, "你好")
