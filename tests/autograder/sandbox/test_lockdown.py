"""Attacks, each tried for real: refused inside, with no trace outside, and the next call works.

Those that only read or only touch a file of this test are tried without isolation too, where they
succeed: so what stops them is the lockdown.
"""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.sandbox import folder
from autograder.sandbox.inside import lockdown
from autograder.sandbox.inside.readable import readable
from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import Zygote

from .conftest import Submit, children_of, failure_of, submission

# What each does with the file at `path`, given as text.
ON_A_FILE = {
    "read": "open(path).read()",
    "read through a descriptor": "os.read(os.open(path, os.O_RDONLY), 9)",
    "read by numpy": "numpy.fromfile(path, dtype='uint8')",
    "list the folder": "os.listdir(os.path.dirname(path))",
    "overwrite": "open(path, 'w').write('x')",
    "truncate": "os.truncate(path, 0)",
    "append": "open(path, 'a').write('x')",
    "write beside": "open(path + '.new', 'w').write('x')",
    "chmod": "os.chmod(path, 0o777)",
    "chown": "os.chown(path, os.getuid(), os.getgid())",
    "utime": "os.utime(path, (1, 1))",
    "set an attribute": "os.setxattr(path, 'user.x', b'x')",
    "unlink": "os.unlink(path)",
    "rename": "os.rename(path, path + '.old')",
    "make a folder beside": "os.mkdir(path + '.folder')",
    "link to it from inside": "os.link(path, 'inside')",
    "move it inside": "os.rename(path, 'inside')",
    "read through a symlink": "(os.symlink(path, 'inside'), open('inside').read())",
}


def code_of(line: str) -> str:
    return f"""
import ctypes, fcntl, mmap, numpy, os, resource, signal, socket, subprocess, sys, torch
libc = ctypes.CDLL(None, use_errno=True)
def syscall(*arguments):
    if libc.syscall(*arguments) == -1: raise OSError(ctypes.get_errno(), "refused")
def run(path=None):
    {line}
    return torch.ones(1)
"""


def state_of(home: Path) -> list[tuple[str, int, int, float, bytes]]:
    files = [home, *sorted(home.rglob("*"))]
    facts = [(path, path.lstat()) for path in files]
    return [
        (
            str(path),
            fact.st_mode,
            fact.st_uid,
            fact.st_mtime,
            b"" if path.is_dir() else path.read_bytes(),
        )
        for path, fact in facts
    ]


@pytest.fixture
def outside() -> Iterator[Path]:
    """A file in a folder of its own, on the file system that children's folders are on."""
    with tempfile.TemporaryDirectory(dir=folder.place()) as home:
        path = Path(home) / "secret.txt"
        path.write_text("the expected values")
        yield path


@pytest.mark.parametrize("line", ON_A_FILE.values(), ids=ON_A_FILE)
def test_a_file_outside_can_be_neither_read_nor_touched(
    submit: Submit, outside: Path, line: str
) -> None:
    before = state_of(outside.parent)
    with submit(code_of(line)) as sandbox:
        failure = failure_of(sandbox, path=str(outside))
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]
    assert failure.kind == "error"
    assert failure.message.startswith(
        ("PermissionError", "OSError: [Errno 38]", "OSError: [Errno 18]")
    )
    assert state_of(outside.parent) == before


@pytest.mark.parametrize("line", [line for line in ON_A_FILE.values() if "xattr" not in line])
def test_without_isolation_the_same_lines_do_what_they_say(
    open_zygote: Zygote, outside: Path, line: str
) -> None:
    code = submission(code_of(f"os.path.dirname(path); {line}"))
    with Sandbox(open_zygote, code, Limits()) as sandbox:
        assert sandbox.call("run", path=str(outside))["output"].item() == 1


PLACES = [
    "/etc/passwd",
    "/proc/self/environ",
    "/proc/self/maps",
    "/proc/1/cmdline",
    "/proc/self/fd",
    "/sys/kernel",
    "/dev",
    "/dev/zero",
    "/usr/bin/env",
    "/",
    os.path.expanduser("~"),
    str(Path(__file__).parents[3] / "pyproject.toml"),
    str(Path(__file__)),
    str(Path(pytest.__file__)),
]


@pytest.mark.parametrize("place", PLACES)
def test_no_place_of_the_machine_can_be_opened(submit: Submit, place: str) -> None:
    opening = "os.listdir(path) if os.path.isdir(path) else open(path).read()"
    with submit(code_of(opening)) as sandbox:
        assert failure_of(sandbox, path=place).message.startswith("PermissionError")


REFUSED = {
    "fork": "os.fork()",
    "vfork": "syscall(58)",
    "clone": "syscall(56, 17, 0, 0, 0, 0)",
    "clone3": "syscall(435, 0, 0)",
    "a thread in another namespace": "syscall(56, 0x10900 | 0x20000000, 0, 0, 0, 0)",
    "exec": "os.execv(sys.executable, [sys.executable])",
    "subprocess": "subprocess.run(['/bin/true'])",
    "shell": "subprocess.run('true', shell=True)",
    "internet socket": "socket.socket()",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "socket pair": "socket.socketpair()",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "kill the parent": "os.kill(os.getppid(), 9)",
    "kill everyone": "os.kill(-1, 9)",
    "signal the parent's thread": "syscall(234, os.getppid(), os.getppid(), 9)",
    "tkill": "syscall(200, os.getppid(), 9)",
    "pidfd": "os.pidfd_open(os.getppid())",
    "ptrace": "syscall(101, 16, os.getppid(), 0, 0)",
    "read the parent's memory": "syscall(310, os.getppid(), 0, 0, 0, 0, 0)",
    "memfd": "os.memfd_create('x')",
    "io_uring": "syscall(425, 8, 0)",
    "keyring": "syscall(250, 0, -3)",
    "bpf": "syscall(321, 0, 0, 0)",
    "perf": "syscall(298, 0, 0, -1, -1, 0)",
    "userfaultfd": "syscall(323, 0)",
    "unshare": "syscall(272, 0x10000000)",
    "setns": "syscall(308, 0, 0)",
    "mount": "syscall(165, 0, 0, 0, 0, 0)",
    "chroot": "os.chroot('.')",
    "setuid": "os.setuid(1)",
    "host name": "socket.sethostname('x')",
    "own priority": "os.nice(1)",
    "parent's priority": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "parent's processors": "os.sched_setaffinity(os.getppid(), [0])",
    "own limits": "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))",
    "parent's limits": "resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
    "outlive the parent": "syscall(157, 1, 0, 0, 0, 0) ",
    "be dumpable": "syscall(157, 4, 1, 0, 0, 0)",
    "a new seccomp filter": "syscall(317, 1, 0, 0)",
    "shared memory": "syscall(29, 0, 4096, 0o1600)",
    "message queue": "syscall(68, 0, 0o1600)",
    "hidden file": "os.open('.', os.O_TMPFILE | os.O_RDWR)",
    "device node": "os.mknod('x')",
    "named pipe": "os.mkfifo('x')",
    "symlink": "os.symlink('/etc/passwd', 'x')",
    "hard link": "(open('a', 'w').close(), os.link('a', 'b'))",
    "lease": "fcntl.fcntl(0, fcntl.F_SETLEASE, 0)",
    "lock": "fcntl.lockf(open('a', 'w'), fcntl.LOCK_EX)",
    "terminal input": "fcntl.ioctl(0, 0x5412, b'x')",
    "lock memory": "syscall(151, 1)",
    "send on the channel with descriptors": "syscall(46, 4, 0, 0)",
}


@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED)
def test_a_system_call_without_honest_use_is_refused(submit: Submit, line: str) -> None:
    with submit(code_of(line)) as sandbox:
        failure = failure_of(sandbox)
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]
    assert failure.kind == "error"
    assert failure.message.startswith(("OSError: [Errno 38]", "PermissionError"))


def test_a_fork_bomb_makes_no_process(submit: Submit, zygote: Zygote) -> None:
    code = """
import os
def run():
    while True:
        try: os.fork()
        except OSError: pass
"""
    with submit(code, call_s=0.5) as sandbox:
        sandbox.call("healthy")
        assert len(children_of(zygote)) == 1
        assert failure_of(sandbox).kind == "timeout"


def test_a_flood_on_stdout_goes_nowhere(submit: Submit) -> None:
    code = """
import os, sys, torch
def run():
    for fd in (1, 2):
        os.write(fd, b"x" * 10**7)
    print("y" * 10**7, file=sys.stderr)
    return torch.ones(1)
"""
    with submit(code) as sandbox:
        assert sandbox.call("run")["output"].item() == 1


WRITERS = {
    "hundreds of files": "[open(str(i), 'w') and None for i in range(400)]",
    "hundreds of folders": "[os.mkdir(str(i)) for i in range(400)]",
    "many files that fill the disk": "[open(str(i), 'wb').write(bytes(2**20)) for i in range(100)]",
    "one file past the kernel's bound": "open('big', 'wb').write(bytes(32 * 2**20))",
    "files without a name": """
    for n in range(20):
        os.write(os.open("x", os.O_CREAT | os.O_RDWR), bytes(10 * 2**20))
        os.unlink("x")""",
    "a hole": "os.ftruncate(os.open('big', os.O_CREAT | os.O_RDWR), 2**40)",
    "more open files than allowed": "x = [open('a', 'w') for _ in range(100)]",
    "threads": """
    for _ in range(100): threading.Thread(target=time.sleep, args=(60,)).start()
    time.sleep(9)""",
}


@pytest.mark.parametrize("line", WRITERS.values(), ids=WRITERS)
def test_what_takes_too_much_is_a_limit(submit: Submit, line: str) -> None:
    with submit("import threading, time\n" + code_of(line)) as sandbox:
        failure = failure_of(sandbox)
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]
    assert failure.kind == "limit"


@pytest.mark.parametrize("depth", [300, 2047])
def test_a_tree_too_deep_is_a_limit_and_is_deleted(submit: Submit, depth: int) -> None:
    with submit(code_of(f"for n in range(1, {depth}): os.mkdir('/'.join('d' * n))")) as sandbox:
        assert failure_of(sandbox).kind == "limit"


def test_folders_that_cannot_be_entered_are_deleted_too(submit: Submit) -> None:
    with submit(code_of("os.makedirs('a/b'); os.mkdir('a/b/c', 0)")) as sandbox:
        sandbox.call("run")


def test_a_thread_left_running_harms_no_later_call(submit: Submit) -> None:
    code = """
import threading, torch
def spin():
    while True: pass
def run():
    threading.Thread(target=spin, daemon=True).start()
    threading.Thread(target=spin).start()
    return torch.ones(1)
"""
    with submit(code) as sandbox:
        assert sandbox.call("run")["output"].item() == 1
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]


FORGE = """
import os, stat, sys, threading, time, torch
from autograder.sandbox import protocol

def channels():
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode): yield fd
        except OSError: pass

def forge(identity, outputs):
    for fd in channels():
        os.write(fd, protocol.encode({"id": identity, "outputs": outputs}))
"""


@pytest.mark.parametrize(
    "body",
    [
        "forge('0' * 16, {'output': torch.ones(1)})",
        "os.write(next(channels()), b'x' * 1000)",
        "os.write(next(channels()), b'AGF1' + bytes(12))",
        "forge(None, None)",
        "[os.close(fd) for fd in channels()]",
        "[os.close(fd) for fd in channels()]; time.sleep(60)",
        "os.dup2(os.open('/dev/null', os.O_RDWR), next(channels()))",
    ],
)
def test_frames_of_the_students_own_making_are_a_crash(submit: Submit, body: str) -> None:
    with submit(f"{FORGE}\ndef run():\n    {body}\n    return torch.ones(1)\n") as sandbox:
        assert failure_of(sandbox).kind == "crashed"
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]


def test_a_reply_ahead_of_its_call_is_a_crash(submit: Submit) -> None:
    body = """
def later():
    time.sleep(0.2)
    forge("0" * 16, {"output": torch.ones(1)})

def run():
    threading.Thread(target=later).start()
    return torch.ones(1)
"""
    with submit(FORGE + body) as sandbox:
        sandbox.call("run")
        time.sleep(0.5)
        assert failure_of(sandbox, "healthy").message == (
            "the process wrote to the grader without being asked"
        )
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]


def test_writing_ones_own_reply_is_the_same_as_giving_it_back(submit: Submit) -> None:
    body = """
def run():
    frame = sys._getframe()
    while "request" not in frame.f_locals: frame = frame.f_back
    forge(frame.f_locals["request"]["id"], {"output": torch.ones(1)})
    time.sleep(60)
"""
    with submit(FORGE + body, call_s=0.7) as sandbox:
        assert sandbox.call("run")["output"].item() == 1
        assert failure_of(sandbox, "healthy").kind == "timeout"


def test_a_reply_of_slow_bytes_runs_out_of_time(submit: Submit) -> None:
    body = """
def run():
    for byte in protocol.MAGIC + bytes(4) + b"\\0\\0\\1" + bytes(5) + bytes(65536):
        os.write(next(channels()), bytes([byte]))
        time.sleep(0.02)
"""
    with submit(FORGE + body, call_s=0.7) as sandbox:
        assert failure_of(sandbox).kind == "timeout"
        assert sandbox.call("healthy")["output"].tolist() == [2, 2]


def test_a_patched_torch_changes_nothing_outside(submit: Submit) -> None:
    code = """
import torch
torch.allclose = torch.equal = lambda *a, **k: True
torch.Tensor.__eq__ = lambda *a: True
def run(): return torch.zeros(1)
"""
    with submit(code) as sandbox:
        assert sandbox.call("run")["output"].item() == 0
    assert not torch.allclose(torch.zeros(1), torch.ones(1))


def test_a_tensor_subclass_is_the_students_error(submit: Submit) -> None:
    code = """
import torch
class Yes(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *a, **k): return True
def run(): return torch.ones(2).as_subclass(Yes)
"""
    with submit(code) as sandbox:
        failure = failure_of(sandbox)
    assert (failure.kind, failure.message) == (
        "error",
        "output 'output' is a Yes (a subclass), not a plain torch.Tensor",
    )


def test_no_other_child_of_the_zygote_can_be_read(zygote: Zygote, submit: Submit) -> None:
    with submit("import torch\ndef run(): return torch.ones(1)") as other:
        other.call("run")
        (home,) = (path for path in zygote.children.iterdir() if path.is_dir())
        theirs = home / "demo" / "student.py"
        assert theirs.exists()
        with submit(code_of("open(path).read()")) as sandbox:
            failure = failure_of(sandbox, path=str(theirs))
    assert failure.message.startswith("PermissionError")


def test_the_child_sees_none_of_the_graders_environment(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import os\ndef run(): raise ValueError(sorted(os.environ))"
    with submit(code) as sandbox:
        names = failure_of(sandbox).message
    assert "HOME" in names
    assert "PYTEST_CURRENT_TEST" not in names


def test_the_child_has_no_descriptor_but_its_channel(submit: Submit) -> None:
    code = """
import os
def run():
    found = []
    for fd in range(64):
        try: found.append((fd, oct(os.fstat(fd).st_mode >> 12)))
        except OSError: pass
    raise ValueError(found)
"""
    with submit(code) as sandbox:
        message = failure_of(sandbox).message
    assert message.count("0o14") == 1  # a socket
    assert message.count("0o2") == 3  # /dev/null
    assert message.count("0o") == 4


HONEST = {
    "matmul on two threads": """
    torch.set_num_threads(2)
    torch.ones(600, 600) @ torch.ones(600, 600)""",
    "backward on two threads": """
    torch.set_num_threads(2)
    w = torch.ones(300, 300, requires_grad=True)
    (w @ w).relu().sum().backward()
    assert w.grad is not None""",
    "attention": """
    q = torch.ones(1, 2, 64, 8)
    torch.nn.functional.scaled_dot_product_attention(q, q, q, is_causal=True)""",
    "half precision": "assert (torch.ones(4, 8).half() @ torch.ones(8, 4).half()).sum() == 128",
    "optimiser": """
    model = torch.nn.Linear(4, 4)
    step = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 4)).sum().backward()
    step.step()""",
    "vmap": "torch.func.vmap(torch.sum)(torch.ones(3, 3))",
    "logging": "import logging; logging.basicConfig(); logging.getLogger().error('hello')",
    "threads": """
    import threading, queue
    q = queue.Queue()
    ts = [threading.Thread(target=q.put, args=(i,)) for i in range(8)]
    [t.start() for t in ts]; [t.join() for t in ts]
    assert q.qsize() == 8""",
    "thread pool": """
    from concurrent.futures import ThreadPoolExecutor
    assert list(ThreadPoolExecutor(4).map(abs, range(4))) == [0, 1, 2, 3]""",
    "own files": """
    import json, pathlib, tempfile, shutil
    pathlib.Path("x/y").mkdir(parents=True)
    for _ in range(2): pathlib.Path("x/y/z.json").write_text(json.dumps([1]))
    with tempfile.TemporaryDirectory() as folder: open(folder + "/a", "w").write("a")
    shutil.copyfile("x/y/z.json", "z"); shutil.rmtree("x")
    torch.save(torch.ones(1), "t.pt"); torch.load("t.pt")""",
    "standard library": "import asyncio, dataclasses, decimal, sqlite3, zoneinfo, multiprocessing",
    "reading one's own limits": "resource.getrlimit(resource.RLIMIT_CPU)",
    "silencing": "sys.stdout = open(os.devnull, 'w'); print('x')",
    "inspecting": "import inspect; assert 'def forward' in inspect.getsource(torch.nn.Linear)",
    "deep recursion": "f = lambda n: n and f(n - 1); f(900)",
}


@pytest.mark.parametrize("line", HONEST.values(), ids=HONEST)
def test_honest_code_works_inside(submit: Submit, line: str) -> None:
    with submit(code_of(line), call_s=60, submission_s=60) as sandbox:
        assert sandbox.call("run")["output"].item() == 1


def test_a_kernel_without_landlock_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockdown.landlockpy, "abi_version", lambda: 0)
    with pytest.raises(RuntimeError, match="Landlock has ABI 0, and 3 is needed"):
        lockdown.Lockdown(readable(["torch"]), tmp_path)


def test_the_grader_itself_could_make_sockets() -> None:
    socket.socket().close()  # the machine allows what the sandbox refuses
