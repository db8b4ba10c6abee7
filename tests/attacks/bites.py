"""What attacks do to the plain grader of naive.py, measured from outside.

    unshare ... python -m tests.attacks.bites COURSE OUTSIDE ATTACKS REPORT

grades each submission in ATTACKS (a folder each) in a fork of its own, a classmate with the right
answer after it, and writes to REPORT what was seen, a JSON object: name -> list of bites:

    points      it got points by a comparison that it should have failed, or by its own report
    neighbour   the classmate, whose answer is right, has lost points or could not be graded
    down        the grader died or hung
    text        a message of its choice, or what hidden tests sent, stands in the report
    trace       a file outside is another one
    process, threads, memory, disk, output    more of them than an honest submission makes

It refuses to run outside fresh namespaces with few processes: namespaces.py makes them.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
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

import torch

from tests.attacks.naive import BY_VALUE, COMPARISONS, FILE, PYTEST, TEST, grade_class, load

PROCESSES = 400  # in the PID namespace
TIME_S = 5.0  # seconds until a grader counts as hung; more where an honest class takes long
MIB = 1 << 20


def bites(course, outside, submission, scratch, time_s):
    """Runs one grading process, attacker first, and says what came of it."""
    workplace = scratch / "work"
    workplace.mkdir(parents=True)
    shutil.copy(course / "solutions/gpt2" / FILE, workplace / "neighbour.py")
    with open(workplace / "neighbour.py", "a", encoding="utf-8") as file:
        file.write("\nimport warnings\nwarnings.warn('an honest one', stacklevel=1)\n")
    (workplace / TEST).write_text(PYTEST)
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
    from numpy import random  # noqa: F401 - once

    gc.freeze()  # or else each fork would copy all that, as it is walked when a fork ends
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
    warnings.simplefilter("ignore")
    main(*map(Path, sys.argv[1:]))
