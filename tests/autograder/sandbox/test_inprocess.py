"""The same calls in one's own process give the same verdicts as the sandbox."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.outcome import StudentFailure
from autograder.sandbox.protocol import MappedTensors

from .conftest import PROBES, Submit

Load = Callable[..., InProcess]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """`load(code)` is that code as a student's module on disk."""
    probes = tmp_path / "assignments" / "demo" / "probes.py"
    probes.parent.mkdir(parents=True)
    probes.write_bytes(PROBES)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)

    def make(code: str, **data: Path) -> InProcess:
        home = tmp_path / "demo"
        home.mkdir(exist_ok=True)
        (home / "student.py").write_text(code)
        return InProcess(home, "demo", "student", data)

    yield make
    for name in set(sys.modules) - before:
        del sys.modules[name]


CODES = [
    "import torch\ndef run(x): return {'y': x * 2}",
    "import torch\ndef run(x): return x.add_(1)",
    "def run(x): raise ValueError(f'{object()} {__file__}')",
    "def run(x): return 3",
    "def run(x): return x.to_sparse()",
    "def run(x): return x.as_subclass(type('Odd', (type(x),), {}))",
    "import sys\nsys.exit(3)",
    "def run(x) return",
    "import missing_module",
    "def run(x): run(x)",
    "def run(): pass",
    "def run(x): raise MemoryError",
    "import torch, random\ndef run(x): return torch.rand(3) + random.random()",
]


@pytest.mark.parametrize("code", CODES)
def test_both_ways_give_the_same_verdict(load: Load, submit: Submit, code: str) -> None:
    x = torch.arange(3.0)
    with submit(code) as sandbox:
        verdicts = [outcome(caller, x) for caller in (sandbox, load(code))]
    assert verdicts[0] == verdicts[1]
    assert x.tolist() == [0, 1, 2]


def outcome(caller: object, x: torch.Tensor) -> object:
    try:
        return {name: value.tolist() for name, value in caller.call("run", x=x).items()}  # type: ignore[attr-defined]
    except StudentFailure as failure:
        return failure.kind, failure.message, failure.frames


def test_an_edited_module_and_its_helpers_are_loaded_anew(load: Load, tmp_path: Path) -> None:
    for value in (1, 2):
        (tmp_path / "demo").mkdir(exist_ok=True)
        (tmp_path / "demo" / "helper.py").write_text(f"value = {value}.0")
        caller = load("import torch, helper\ndef run(): return torch.tensor(helper.value)")
        assert caller.call("run")["output"].item() == value


def test_the_cause_is_kept_for_a_debugger(load: Load) -> None:
    with pytest.raises(StudentFailure) as caught:
        load("def run(): 1 / 0").call("run")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_persons_own_interrupt_is_not_a_failure(load: Load) -> None:
    with pytest.raises(KeyboardInterrupt):
        load("def run(): raise KeyboardInterrupt").call("run")


def test_mapped_weights_reach_the_probe(load: Load, tmp_path: Path) -> None:
    save_file({"w": torch.ones(2)}, tmp_path / "w.safetensors")
    caller = load("def run(w): return w", gpt2=tmp_path / "w.safetensors")
    assert caller.call("run", w=MappedTensors("gpt2"))["w"].tolist() == [1, 1]
