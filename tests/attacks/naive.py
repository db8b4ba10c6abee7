"""A plain grader, as many are: it runs a student's code in its own process, beside the answers."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import sys
from types import SimpleNamespace

import torch

FILE = "modeling_gpt2.py"
TEST = "naive_test.py"  # in the current folder, where it also grades by pytest
PYTEST = """
import os
import sys
import torch


def test_mlp():
    theirs, right = sys.modules["modeling_gpt2"], sys.modules["reference"]
    from types import SimpleNamespace

    config = SimpleNamespace(n_embd=8, resid_pdrop=0.0)
    mlp, solution = theirs.MLP(32, config), right.MLP(32, config)
    mlp.load_state_dict(solution.state_dict())
    x = torch.linspace(-1, 1, 16).reshape(2, 8)
    assert not (mlp(x) - solution(x)).abs().max() > 1e-5
"""


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def allclose(given, expected, _again):
    return torch.allclose(given, expected)


def assert_close(given, expected, _again):
    torch.testing.assert_close(given, expected)
    return True


def numpy_allclose(given, expected, _again):
    from numpy import testing

    testing.assert_allclose(given, expected, rtol=1e-5, atol=1e-6)
    return True


def equal(given, expected, _again):
    same = given == expected
    return same if isinstance(same, bool) else bool(same.all())


def relative_difference(given, expected, _again):
    return not ((given - expected).abs() / (given.abs() + expected.abs())).max() > 1e-5


def expected_afterwards(given, _expected, again):
    return torch.allclose(given, again())


def pickled(given, expected, _again):
    return torch.allclose(pickle.loads(pickle.dumps(given)), expected)  # noqa: S301 - the point


COMPARISONS = (allclose, assert_close, numpy_allclose, equal, relative_difference,
               expected_afterwards, pickled)  # fmt: skip
BY_VALUE = [*(one.__name__ for one in COMPARISONS), "pytest"]  # what points are given for


def grade(path, reference):
    """Passed or not for each comparison, and what went wrong."""
    theirs = load(path, "modeling_gpt2")
    config = SimpleNamespace(n_embd=8, resid_pdrop=0.0)
    solution = reference.MLP(32, config)
    mlp = theirs.MLP(32, config)
    mlp.load_state_dict(solution.state_dict())
    verdicts, messages = {}, []
    inputs = torch.linspace(-2, 2, 48, dtype=torch.float32).reshape(2, 3, 8)
    for compare in COMPARISONS:
        x = inputs.clone()
        try:
            with torch.no_grad():
                expected = solution(inputs)
                given = mlp.eval()(x)
                verdicts[compare.__name__] = compare(given, expected, lambda x=x: solution(x))
        except Exception as error:
            verdicts[compare.__name__] = False
            messages.append(str(error)[:500])
    try:
        mlp.train()(inputs.clone()).sum().backward()
        verdicts["gradient"] = bool(mlp.c_fc.weight.grad.any())
        hidden = inputs.double()
        verdicts["hidden"] = torch.allclose(mlp.double()(hidden), solution.double()(hidden))
    except Exception as error:
        verdicts["hidden"] = False
        messages.append(str(error)[:500])
    return {"verdicts": verdicts, "messages": messages}


def grade_class(course, attacker, neighbour, report, *, by_pytest):
    """What a grading process does: two students, one report each, opened beforehand."""
    hidden = (course / "tests/gpt2/hidden/test_mlp.py").open()  # noqa: F841 - left open
    reference = load(course / "solutions/gpt2" / FILE, "reference")
    reports = {"s01": open(report, "ab", 0), "s02": open(report.with_name("s02.json"), "ab", 0)}
    for student, path in (("s01", attacker), ("s02", neighbour)):
        try:
            os.environ["HIDDEN_SECRET"]  # seeds this student's inputs
            result = grade(path, reference)
        except Exception as error:
            result = {"verdicts": {}, "messages": [str(error)[:500]]}
        if by_pytest and student == "s01":
            import pytest

            quiet = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
            result["verdicts"]["pytest"] = pytest.main([*quiet, TEST]) == 0
        line = json.dumps({"student": student, **result})
        reports[student].write(line.encode() + b"\n")
