"""Zygotes: replaced when they die, plain about why they cannot start, and gone when closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import CourseError, GraderFault
from autograder.sandbox import warm
from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import Zygote

from .conftest import submission, zygote_pid


def test_a_dead_zygote_is_started_again_and_never_held_against_the_student() -> None:
    with Zygote("torch", "none") as zygote:
        code = submission("import time\ndef run(): time.sleep(60)")
        with Sandbox(zygote, code, Limits(call_s=20)) as sandbox:
            sandbox.call("healthy")
            os.kill(zygote_pid(zygote), signal.SIGKILL)
            with pytest.raises(GraderFault, match="zygote"):
                sandbox.call("run")
        with Sandbox(zygote, code, Limits()) as sandbox:
            assert sandbox.call("healthy")["output"].tolist() == [2, 2]


def test_an_unknown_profile_is_the_courses_mistake() -> None:
    with pytest.raises(CourseError, match=r"profile 'jax': there is none.*: torch"):
        Zygote("jax")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("", "its process has died"),
        (
            "import socket, sys\n"
            "control = socket.socket(fileno=int(sys.argv[1]))\n"
            'control.send(b\'{"fault": "no Landlock here"}\')',
            "no Landlock here",
        ),
    ],
)
def test_a_zygote_that_cannot_start_says_why_and_what_to_do(
    program: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program.py").write_text(program)
    monkeypatch.setattr(warm, "_PROGRAM", tmp_path / "program.py")
    with Zygote("torch") as zygote, pytest.raises(GraderFault) as caught:
        zygote.ready()
    assert str(caught.value) == (
        f"the sandbox cannot start: {words}. "
        "Do: autograder doctor, or for code you trust: --isolation none"
    )


def test_nothing_is_left_of_a_zygote(tmp_path: Path) -> None:
    with Zygote("torch", "none") as zygote:
        zygote.ready()
        pid = zygote_pid(zygote)
    assert not zygote.children.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_run_that_forgets_to_close_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "forget.py"
    script.write_text(
        "from autograder.sandbox.warm import Zygote\n"
        "zygote = Zygote('torch', 'none')\n"
        "print(zygote.children)\n"
    )
    root = str(Path(__file__).parents[3])
    run = subprocess.run(
        [sys.executable, str(script)], env={"PYTHONPATH": root}, capture_output=True, check=True
    )
    assert not Path(run.stdout.decode().strip()).exists()
