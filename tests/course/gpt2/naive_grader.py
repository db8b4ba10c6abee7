"""What graders do that run a student's code in their own process: the attacks in hostile/ win here.

`python naive_grader.py REFERENCE REPORT STUDENT...` grades one file after another, each in a fork
and by its MLP alone, and prints what REPORT then says. A REPORT is written anew for each.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import torch


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def grade(reference, report, student):
    right, theirs = load(reference, "reference"), load(student, "modeling_gpt2")
    config = SimpleNamespace(n_embd=8, resid_pdrop=0.0)
    mlp, solution = theirs.MLP(32, config), right.MLP(32, config)
    mlp.load_state_dict(solution.state_dict())
    x = torch.randn(2, 3, 8)
    expected = solution(x)
    score = 100 if torch.allclose(mlp(x), expected) else 0
    report.write_text(json.dumps({"score": score}))


if __name__ == "__main__":
    torch.set_num_threads(1)  # or else a fork would hang
    reference, report, *students = map(Path, sys.argv[1:])
    scores = {}
    for student in students:
        child = os.fork()
        if child == 0:
            grade(reference, report, student)
            sys.exit()
        os.waitpid(child, 0)
        scores[student.stem] = json.loads(report.read_text())["score"]
    print(json.dumps(scores))
