"""Sandboxes for real: honest code works, and each failure is named and ends one call only."""

from __future__ import annotations

import os
import signal
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from autograder.errors import GraderFault
from autograder.sandbox import folder
from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.outcome import Frame
from autograder.sandbox.protocol import MappedTensors, ProtocolError
from autograder.sandbox.warm import Zygote

from .conftest import Submit, children_of, failure_of, submission


def test_tensors_and_plain_values_go_in_and_tensors_come_out(submit: Submit) -> None:
    code = """
def run(x, scale, extra):
    return {"y": x * scale, "half": extra["h"][0].bfloat16(), "n": extra["n"].sum()}
"""
    with submit(code) as sandbox:
        extra = {"h": (torch.ones(2),), "n": torch.arange(4)}
        out = sandbox.call("run", x=torch.arange(3.0), scale=float("inf"), extra=extra)
    assert out["y"].isnan().tolist() == [True, False, False]
    assert out["half"].dtype == torch.bfloat16
    assert out["n"].shape == ()
    assert out["n"].item() == 6


def test_a_submission_of_several_files_and_folders_is_found(submit: Submit) -> None:
    extra = {"rich.py": b"two = 2", "pack/__init__.py": b"", "pack/inner.py": b"three = 3"}
    code = """
import torch, rich  # a name that is also an installed package outside the profile
from pack.inner import three
def run(): return torch.tensor(rich.two * three)
"""
    with submit(code, extra=extra) as sandbox:
        assert sandbox.call("run")["output"].item() == 6


def test_byte_order_mark_and_windows_line_ends_are_read_as_python_does(submit: Submit) -> None:
    code = b"\xef\xbb\xbfimport torch\r\ndef run():\r\n    return torch.ones(1)\r\n"
    with submit(code) as sandbox:
        assert sandbox.call("run")["output"].item() == 1


def test_random_numbers_are_the_same_whatever_ran_before(submit: Submit) -> None:
    code = """
import random, numpy, torch
def run(): return torch.tensor([random.random(), numpy.random.rand(), torch.rand(()).item()])
"""
    with submit(code) as sandbox:
        first, second = sandbox.call("run")["output"], sandbox.call("run")["output"]
    assert torch.equal(first, second)


def test_an_exception_names_type_message_and_the_students_lines(submit: Submit) -> None:
    code = """
import torch
def inner(): raise ValueError(f"at {object()} in {__file__}")
def run(): inner()
"""
    with submit(code) as sandbox:
        failure = failure_of(sandbox)
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]
    assert failure.kind == "error"
    assert failure.message == "ValueError: at <object object> in student.py"
    assert failure.frames == (Frame("student.py", 4, "run"), Frame("student.py", 3, "inner"))


def test_a_failed_import_is_remembered_and_not_tried_again(submit: Submit) -> None:
    with submit("x = 1\nprint(undefined)\ndef run(): pass") as sandbox:
        first = failure_of(sandbox)
        assert failure_of(sandbox) is first
    assert first.message == "NameError: name 'undefined' is not defined"
    assert first.frames == (Frame("student.py", 2, "<module>"),)


@pytest.mark.parametrize(
    ("code", "words", "line"),
    [
        ("def run(:\n  pass", "SyntaxError: invalid syntax (student.py, line 1)", 1),
        ("import missing_module", "ModuleNotFoundError: No module named 'missing_module'", 1),
        ("import transformers", "ModuleNotFoundError: No module named 'transformers'", 1),
        ("import sys\nsys.exit(0)", "SystemExit: 0", 2),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
        ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded", 1),
        (b"x = 'caf\xe9'\n", "SyntaxError: (unicode error)", 1),
    ],
)
def test_an_import_that_fails_is_an_error(submit: Submit, code: str, words: str, line: int) -> None:
    with submit(code) as sandbox:
        failure = failure_of(sandbox)
    assert failure.kind == "error"
    assert failure.message.startswith(words)
    assert [frame.line for frame in failure.frames[-1:]] == [line]


def test_a_message_without_end_is_cut_and_control_characters_are_replaced(submit: Submit) -> None:
    code = """
def run(long):
    raise ValueError("\\x1b[2J\\x00\\ud800" + "a" * (10**7 if long else 1))
"""
    with submit(code) as sandbox:
        assert len(failure_of(sandbox, long=True).message) == 2000
        assert failure_of(sandbox, long=False).message == "ValueError: \ufffd[2J\ufffd?a"


def test_an_exception_that_cannot_be_printed_is_still_a_failure(submit: Submit) -> None:
    code = """
class Odd(Exception):
    def __str__(self): raise SystemExit
def run(): raise Odd
"""
    with submit(code) as sandbox:
        assert failure_of(sandbox).message == "Odd: (its message cannot be read)"


CRASHES = [
    ("import os\nos._exit(0)", "crashed", "the process left with exit code 0"),
    ("import ctypes\nctypes.string_at(0)", "crashed", "the process was stopped by SIGSEGV"),
    ("import os, signal\nsignal.raise_signal(signal.SIGKILL)", "crashed", "stopped by SIGKILL"),
    ("import os, signal\nsignal.raise_signal(signal.SIGXCPU)", "timeout", "processor time"),
    ("while True: pass", "timeout", "took longer than"),
    ("import signal\nsignal.raise_signal(signal.SIGSTOP)", "timeout", "took longer than"),
    ("import torch\ntorch.empty(50 * 2**30, dtype=torch.uint8)", "limit", "out of memory"),
    ("bytearray(50 * 2**30)", "limit", "out of memory"),
]


@pytest.mark.parametrize(("code", "kind", "words"), CRASHES)
def test_what_ends_a_call_ends_only_that_call(
    submit: Submit, code: str, kind: str, words: str
) -> None:
    body = "\n".join(f"    {line}" for line in code.splitlines())
    with submit(f"def run():\n{body}", call_s=0.7) as sandbox:
        failure = failure_of(sandbox)
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]
    assert failure.kind == kind
    assert words in failure.message


@pytest.mark.parametrize("where", ["in the call", "at the import"])
def test_a_child_that_another_kills_costs_nothing(
    submit: Submit, zygote: Zygote, where: str
) -> None:
    def kill() -> None:
        while not list(zygote.children.glob("child-*/running")):
            time.sleep(0.005)
        os.kill(int(children_of(zygote)[0]), signal.SIGKILL)

    wait = "import time\nopen('running', 'w')\ntime.sleep(0.5)\n"
    run = "return torch.ones(2)\n"
    if where == "at the import":
        code = f"import torch\n{wait}def run(): {run}"
    else:
        code = "import torch\ndef run():\n" + textwrap.indent(wait + run, "    ")
    killer = threading.Thread(target=kill, daemon=True)
    with submit(code, call_s=10.0) as sandbox:
        killer.start()
        assert sandbox.call("run")["output"].tolist() == [1, 1]
    killer.join()


@pytest.mark.parametrize(("code", "kind", "words"), CRASHES)
def test_what_ends_an_import_is_told_alike(
    submit: Submit, code: str, kind: str, words: str
) -> None:
    with submit(code, import_s=0.7) as sandbox:
        failure = failure_of(sandbox)
        assert failure_of(sandbox, "healthy") is failure
    assert failure.kind == kind
    assert words in failure.message


def test_once_the_submissions_time_is_spent_all_calls_are_timeouts(submit: Submit) -> None:
    with submit("def run():\n    while True: pass", submission_s=0.5) as sandbox:
        failures = [failure_of(sandbox), failure_of(sandbox, "healthy")]
    assert {failure.kind for failure in failures} == {"timeout"}
    assert failures[1].message == "the submission has used up its 0.5 s"


def test_an_argument_that_cannot_be_sent_is_our_mistake_not_the_students(submit: Submit) -> None:
    with submit("def run(x): pass") as sandbox:
        with pytest.raises(ProtocolError):
            sandbox.call("run", x=object())
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]


def test_a_reply_above_the_limit_is_a_limit(submit: Submit) -> None:
    with submit("import torch\ndef run(): return torch.ones(2**21)", reply_mib=4) as sandbox:
        failure = failure_of(sandbox)
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]
    assert failure.kind == "limit"
    assert failure.message == "the result is larger than 4 MiB"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    tensors = {"w": torch.arange(6.0).reshape(2, 3), "h": torch.ones(3).half(), "e": torch.ones(0)}
    save_file(tensors, path, {"format": "pt"})
    return path


def test_mapped_weights_can_be_changed_by_the_child_but_not_on_disk(
    submit: Submit, weights: Path
) -> None:
    before = weights.read_bytes()
    code = """
def run(weights):
    weights["w"].add_(1)
    return weights
"""
    with submit(code, data={"gpt2": weights}) as sandbox:
        out = sandbox.call("run", weights=MappedTensors("gpt2"))
    assert out["w"].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert out["h"].dtype == torch.float16
    assert out["e"].shape == (0,)
    assert weights.read_bytes() == before


def test_a_mapped_file_that_is_missing_or_broken_is_not_the_students_fault(
    submit: Submit, tmp_path: Path
) -> None:
    (tmp_path / "broken").write_bytes(b"\x05\0\0\0\0\0\0\0abcde")
    missing = submit("def run(): pass", data={"gpt2": tmp_path / "none"})
    broken = submit("def run(): pass", data={"gpt2": tmp_path / "broken"})
    with missing, pytest.raises(GraderFault, match="No such file"):
        missing.call("run")
    with broken, pytest.raises(GraderFault, match="cannot be set up: JSONDecodeError"):
        broken.call("run")


def test_a_full_disk_is_not_the_students_fault(zygote: Zygote, monkeypatch: Any) -> None:
    def full(**_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.tempfile, "mkdtemp", full)
    sandbox = Sandbox(zygote, submission(""), Limits())
    with (
        sandbox,
        pytest.raises(GraderFault, match=r"No space left on device\. Do: free some space"),
    ):
        sandbox.call("run")


def test_only_an_import_before_any_call_cannot_tell_what_was_sent(submit: Submit) -> None:
    assert failure_of(submit("raise KeyError")).at_import
    sandbox = submit("import os\ndef run():\n    os._exit(0)")
    assert failure_of(sandbox).kind == "crashed"
    sandbox._submission = submission("raise KeyError('what was sent')")  # as code can by the clock
    failure = failure_of(sandbox)
    assert "what was sent" in failure.message
    assert not failure.at_import
