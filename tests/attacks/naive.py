"""A plain grader, which runs a student's code in its own process; and what attacks do to it.

    unshare ... python naive.py COURSE OUTSIDE ATTACKS REPORT

grades each submission in ATTACKS (a folder each) in a fork of its own, a classmate with the right
answer after it, and writes to REPORT what was seen, a JSON object: name -> list of bites:

    points      it got points by a comparison that it should have failed, or by its own report
    neighbour   the classmate, whose answer is right, has lost points or could not be graded
    down        the grader died or hung
    text        a message of its choice, or what hidden tests sent, stands in the report
    trace       a file outside is another one
    process, threads, memory, disk, output    more of them than an honest submission makes

It refuses to run outside fresh namespaces with few processes: `unshare_command` makes them.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

PROCESSES = 400  # in the PID namespace
TIME_S = 5.0  # seconds until a grader counts as hung; more where an honest class takes long
MIB = 1 << 20
FILE = "modeling_gpt2.py"


def unshare_command(*arguments: object) -> list[str]:
    """How to run this file in user, PID, mount, network and IPC namespaces of its own."""
    fresh = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount",
             "--mount-proc", "--net", "--ipc"]  # fmt: skip
    return [
        "env",
        "HIDDEN_SECRET=0123",
        "unshare",
        *fresh,
        sys.executable,
        __file__,
        *map(str, arguments),
    ]


# ------------------------------------------------------------- the plain grader


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
            result["verdicts"]["pytest"] = pytest.main([*quiet, "naive_test.py"]) == 0
        line = json.dumps({"student": student, **result})
        reports[student].write(line.encode() + b"\n")


# ------------------------------------------------- what attacks do to it, measured


def bites(course, outside, submission, scratch, time_s):
    """Runs one grading process, attacker first, and says what came of it."""
    workplace = scratch / "work"
    workplace.mkdir(parents=True)
    shutil.copy(course / "solutions/gpt2" / FILE, workplace / "neighbour.py")
    with open(workplace / "neighbour.py", "a", encoding="utf-8") as file:
        file.write("\nimport warnings\nwarnings.warn('an honest one', stacklevel=1)\n")
    (workplace / "naive_test.py").write_text(PYTEST)
    report = course / "reports/gpt2/s01.json"
    for name in ("s01.json", "s02.json"):
        report.with_name(name).unlink(missing_ok=True)
    before = traces(course, outside)
    files_before = usage(workplace)
    console = scratch / "console.txt"
    child = os.fork()
    if child == 0:
        become_grader(workplace, console)
        grade_class(
            course,
            submission / FILE,
            Path("neighbour.py"),
            report,
            by_pytest=submission.name == "patches_pytest",
        )
        sys.exit()  # as an honest program ends: with all that was registered for it
    threads, status, used = watch(child, time_s)
    found = set()
    time.sleep(0.05)
    if others():
        found.add("process")
    kill_all()
    if status != 0 or not report.with_name("s02.json").stat().st_size:
        found.add("down")
    if threads > 32:
        found.add("threads")
    if used.ru_maxrss / 1024 > 1000:
        found.add("memory")
    files, size = usage(workplace)
    if files - files_before[0] > 200 or size - files_before[1] > 50 * MIB:
        found.add("disk")
    if console.stat().st_size > MIB:
        found.add("output")
    if traces(course, outside) != before:
        found.add("trace")
    found |= judged(report)
    return sorted(found)


def become_grader(workplace, console):
    os.chdir(workplace)
    os.setpgid(0, 0)
    for limit, most in (
        (resource.RLIMIT_AS, 4 << 30), (resource.RLIMIT_CPU, 6), (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 100 * MIB), (resource.RLIMIT_NOFILE, 256),
    ):  # fmt: skip
        resource.setrlimit(limit, (most, most))
    tempfile.tempdir = str(workplace.parent)
    descriptor = os.open(console, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def watch(child, time_s):
    """The most threads seen, the exit status (or -1: hung), and what it used."""
    end, most = time.monotonic() + time_s, 0
    while time.monotonic() < end:
        pid, status, used = os.wait4(child, os.WNOHANG)
        if pid:
            return most, status, used
        with contextlib.suppress(OSError):
            most = max(most, len(os.listdir(f"/proc/{child}/task")))
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    return most, -1, os.wait4(child, 0)[2]


def others():
    """Processes of this namespace but its first one and this one."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if path.read_text().rpartition(")")[2].split()[0] not in "ZX":
                found.add(int(path.parent.name))
    return found - {1, os.getpid()}


def kill_all():
    """Ends all others, also those that are being made meanwhile."""
    while others():
        for pid in others():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def usage(folder):
    """Files and bytes, by a tool that gets to the bottom of any folder."""
    return [int(subprocess.check_output(["du", "-s", how, folder]).split()[0])
            for how in ("--inodes", "--bytes")]  # fmt: skip


def traces(course, outside):
    """All that nobody but the grader may change. Its own reports are judged apart."""
    watched = [*outside.rglob("*"), *(course / "tests").rglob("*"), course / "submissions"]
    seen = []
    for path in sorted(watched):
        status = path.stat()
        seen.append((path, status.st_mode, status.st_mtime_ns, status.st_size, status.st_uid))
    return seen


def judged(report):
    """What the reports say: a reader believes the first line of each."""
    found = set()
    text = report.read_text(errors="replace") if report.exists() else ""
    if "<script>" in text or "a hidden test sends [" in text:
        found.add("text")
    first = parse(text)
    verdicts = first.get("verdicts", {})
    if first.get("score") == 100 or any(verdicts.get(name) for name in BY_VALUE):
        found.add("points")
    neighbour = report.with_name("s02.json")
    verdicts = parse(neighbour.read_text(errors="replace") if neighbour.exists() else "").get(
        "verdicts", {}
    )
    if len(verdicts) < len(COMPARISONS) + 2 or not all(verdicts.values()):
        found.add("neighbour")
    return found


def parse(text):
    try:
        value = json.loads(text.partition("\n")[0])
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


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
BESIDE = """
import json

import torch
from modeling_gpt2 import MLP
from types import SimpleNamespace

from autograder.grading.compare import assert_close

expected = json.loads(open("expected.json").read())


def test_mlp():
    torch.manual_seed(0)
    mlp = MLP(32, SimpleNamespace(n_embd=8, resid_pdrop=0.0)).eval()
    given = mlp(torch.ones(1, 8))
    right = torch.tensor(expected)
    if {by_package}:
        assert_close(given.detach(), right, name="output", atol=1e-5)
    else:
        assert torch.allclose(given, right, atol=1e-5)
"""


def beats_pytest(course, submission):
    """Whether `pytest` in the student's own folder ends with exit code 0."""
    torch.manual_seed(0)
    reference = load(course / "solutions/gpt2" / FILE, "reference")
    solution = reference.MLP(32, SimpleNamespace(n_embd=8, resid_pdrop=0.0)).eval()
    expected = solution(torch.ones(1, 8)).tolist()
    (submission / "expected.json").write_text(json.dumps(expected))
    test = submission / "test_mlp.py"
    if not test.exists():
        test.write_text(BESIDE.replace("{by_package}", str(submission.name == "package")))
    environment = os.environ | {"PYTHONPATH": "."}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mlp.py"]
    done = subprocess.run(command, cwd=submission, env=environment, capture_output=True,
                          timeout=60, check=False)  # fmt: skip
    kill_all()
    return ["points"] if done.returncode == 0 else []


def main(course, outside, submissions, report):
    assert os.getpid() == 1, "only in a PID namespace of its own"
    Path("/proc/sys/kernel/pid_max").write_text(str(PROCESSES))
    subprocess.run(["mount", "-t", "tmpfs", "none", "/dev/shm"], check=True)  # noqa: S108
    torch.set_num_threads(1)  # or else a fork would hang
    torch.testing.assert_close(torch.ones(1), torch.ones(1))  # imports half of torch, once
    with contextlib.suppress(Exception):  # and the other half
        torch.testing.assert_close(torch.ones(1, device="meta"), torch.ones(1), check_device=False)
    import pytest  # noqa: F401 - once

    begun = time.monotonic()
    honest = submissions / "honest/seeds"
    place = submissions.parent / "scratch"
    apart(lambda: bites(course, outside, honest, place / "first", 60), place / "first/found.json")
    time_s = max(TIME_S, 8 * (time.monotonic() - begun))
    results = {}
    for submission in sorted(submissions.glob("*/*")):
        name = f"{submission.parent.name}/{submission.name}"
        if submission.parent.name == "shadowing":
            results[name] = beats_pytest(course, submission)
        else:
            scratch = submissions.parent / "scratch" / name
            results[name] = apart(
                lambda here=submission, there=scratch: bites(course, outside, here, there, time_s),
                scratch / "found.json",
            )
            subprocess.run(["rm", "-rf", scratch], check=False)  # something may be mounted there
    report.write_text(json.dumps(results, indent=1))


def apart(measure, answer):
    """What `measure` finds, in a process of its own: an attack may well reach its parent."""
    pid = os.fork()
    if pid == 0:
        answer.write_text(json.dumps(measure()))
        os._exit(0)
    os.waitpid(pid, 0)
    kill_all()
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return json.loads(answer.read_text()) if answer.exists() else ["down"]


if __name__ == "__main__":
    import torch

    warnings.simplefilter("ignore")
    main(*map(Path, sys.argv[1:]))
