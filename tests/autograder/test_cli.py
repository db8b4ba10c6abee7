"""The command line itself: instant help, exit codes, and what the machine has."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "pytest", "hypothesis", "libcst", "rich", "jinja2", "msgspec")


def _python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("arguments", [["--help"], ["grade", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\nfrom autograder.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert _python("-c", code).stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments", [[], ["no-such-command"], ["grade"], ["grade", "x", "--fail-under", "101"]]
)
def test_a_call_that_cannot_be_parsed_is_exit_code_2(arguments):
    assert _python("-m", "autograder", *arguments).returncode == 2


COMMANDS = (
    "check", "pack", "grade", "new", "release", "verify", "rerun", "parity", "chat", "fetch",
    "doctor",
)  # fmt: skip


def test_each_command_has_its_function():
    help_text = _python("-m", "autograder", "--help").stdout
    for name in COMMANDS:
        assert f"    {name}  " in help_text
        code = f"from autograder.commands.{name} import {name}"
        assert _python("-c", code).returncode == 0, name


def test_doctor_says_what_there_is():
    result = _python("-m", "autograder", "doctor")
    assert result.returncode == 0, result.stdout
    for what in ("Python", "torch", "transformers", "Landlock", "ABI", "seccomp", "GPU", "weights"):
        assert what in result.stdout


@pytest.mark.parametrize(
    ("stop", "code"), [("SystemExit(143)", 143), ("KeyboardInterrupt", 130), ("OSError", 3)]
)
def test_an_error_that_a_signal_left_behind_is_the_signal(stop, code):
    program = f"""
import autograder.commands.cache
from autograder import cli

def stopped(**options):
    try:
        raise {stop}
    finally:
        raise KeyError("left midway")

autograder.commands.cache.cache = stopped
raise SystemExit(cli.main(["cache"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == code
    assert ("Traceback" in done.stderr) == (code == 3)
