"""The system-call filter as the kernel reads it: its BPF program, evaluated for every call.

No call is made here. The program is the one that children get, with a made-up process id in it.
"""

from __future__ import annotations

import errno
import itertools
import os
import struct
from collections.abc import Callable, Iterator, Sequence

import pyseccomp as seccomp
import pytest

from autograder.sandbox.inside import syscalls

PID, OTHER_PID = 4242, 1
X86_64, I386, X32_BIT = 0xC000003E, 0x40000003, 0x40000000
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSED = 0x00050000 | errno.ENOSYS  # SECCOMP_RET_ERRNO
LAST = 1024  # past the kernel's last number, which is below 500

# What gets through with any arguments, and why a student's code may have it.
ANY = {
    "its own descriptors: what they are open for was decided when they were opened":
        "read write readv writev pread64 pwrite64 close fstat lseek dup dup2 dup3 getdents64 "
        "ftruncate fsync fdatasync",
    "names, sizes and times of files, which Landlock does not cover and the documents say so":
        "stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getcwd",
    "its own folder: Landlock bounds where":
        "mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2",
    "waiting, for itself alone":
        "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait pipe2 eventfd2 "
        "futex nanosleep clock_nanosleep sched_yield restart_syscall",
    "its own memory, under RLIMIT_AS":
        "mmap mprotect munmap brk mremap madvise mincore membarrier",
    "its own signals' handlers: it can't send any to others":
        "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack",
    "what libc does for each thread":
        "set_robust_list get_robust_list rseq set_tid_address",
    "who and where it is, and what time":
        "getpid gettid getppid getuid geteuid getgid getegid getcpu sched_getaffinity uname "
        "sysinfo getrandom getrusage clock_gettime clock_getres gettimeofday time times",
    "its own end": "exit exit_group",
}  # fmt: skip
# With some arguments only: the arguments that must get through, and those that must not.
CLONE_THREAD, NEW_USER, O_TMPFILE = 0x10000, 0x10000000, 0x00400000
Arguments = Sequence[int]
SOME: dict[str, tuple[list[Arguments], list[Arguments]]] = {
    "clone": ([[0x3D0F00], [CLONE_THREAD]],
              [[17], [0], [CLONE_THREAD | NEW_USER], [0x20000000], [CLONE_THREAD | 0x80]]),
    "open": ([[0, 0], [0, os.O_CREAT | os.O_RDWR]], [[0, O_TMPFILE], [0, O_TMPFILE | os.O_RDWR]]),
    "openat": ([[0, 0, os.O_RDONLY]], [[0, 0, O_TMPFILE | os.O_DIRECTORY | os.O_RDWR]]),
    "tgkill": ([[PID, 7, 9]], [[OTHER_PID, 1, 9], [0, 0, 9], [2**64 - 1, 1, 9]]),
    "prlimit64": ([[0, 9, 0, 1], [PID, 9, 0, 1]], [[0, 9, 1, 0], [OTHER_PID, 9, 0, 1]]),
    "prctl": ([[15], [16], [0x53564D41]], [[1], [4], [22], [23], [38], [47], [59]]),
    "ioctl": ([[0, 0x5401], [0, 0x541B]], [[0, 0x5412], [0, 0x541C], [0, 0x5422], [0, 0xAE00]]),
    "fcntl": ([[0, 0], [0, 1], [0, 3]], [[0, 5], [0, 6], [0, 8], [0, 1024], [0, 1026], [0, 1033]]),
}  # fmt: skip

INSTRUCTION = struct.Struct("<HBBI")
JUMPS: dict[int, Callable[[int, int], bool]] = {
    0x15: lambda a, k: a == k, 0x25: lambda a, k: a > k, 0x35: lambda a, k: a >= k,
    0x45: lambda a, k: bool(a & k),
}  # fmt: skip


def verdict(program: bytes, number: int, arguments: Arguments = (), arch: int = X86_64) -> int:
    """What a classic BPF program returns for one `struct seccomp_data`."""
    six = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<iIQ6Q", number - (number >> 31 << 32), arch, 0, *six)
    lines = list(INSTRUCTION.iter_unpack(program))
    a, at = 0, 0
    while True:
        code, yes, no, k = lines[at]
        at += 1
        if code == 0x20:  # A = the word at k
            (a,) = struct.unpack_from("<I", data, k)
        elif code == 0x54:
            a &= k
        elif code == 0x05:
            at += k
        elif code in JUMPS:
            at += yes if JUMPS[code](a, k) else no
        elif code == 0x06:
            return k
        else:
            raise AssertionError(f"an instruction that is not evaluated here: {code:#x}")


@pytest.fixture(scope="module")
def program() -> bytes:
    return syscalls.filter_for(syscalls.compile_filter(), PID)


def number_of(name: str) -> int:
    return int(seccomp.resolve_syscall(seccomp.Arch.X86_64, name))


def some_arguments() -> Iterator[Arguments]:
    values = (0, PID, OTHER_PID, 2**64 - 1)
    return itertools.product(values, repeat=3)


def test_of_all_numbers_only_those_with_a_reason_get_through(program):
    through = {
        number for number in range(LAST)
        if any(verdict(program, number, one) == ALLOW for one in some_arguments())
    }  # fmt: skip
    reasoned = {number_of(name) for names in ANY.values() for name in names.split()}
    narrowed = {number_of(name) for name in SOME}
    assert reasoned <= through
    assert through - reasoned <= narrowed


def test_every_other_call_is_refused_as_an_older_kernel_would(program):
    allowed = {
        number_of(name) for names in (*ANY.values(), " ".join(SOME)) for name in names.split()
    }
    for number in set(range(LAST)) - allowed:
        assert {verdict(program, number, one) for one in some_arguments()} == {REFUSED}


@pytest.mark.parametrize("name", SOME)
def test_some_get_through_with_some_arguments(program, name):
    good, bad = SOME[name]
    for arguments in good:
        assert verdict(program, number_of(name), arguments) == ALLOW, arguments
    for arguments in bad:
        assert verdict(program, number_of(name), arguments) == REFUSED, arguments


def test_the_upper_half_of_an_argument_counts(program):
    assert verdict(program, number_of("tgkill"), [PID | 1 << 32, 7, 9]) == REFUSED
    assert verdict(program, number_of("prlimit64"), [1 << 32, 9, 0, 1]) == REFUSED


def test_calls_by_another_architecture_s_numbers_kill(program):
    for number in range(LAST):
        assert verdict(program, number, arch=I386) == KILL
        assert verdict(program, number | X32_BIT) in {KILL, REFUSED}


def test_no_file_can_be_made_by_a_way_around_open(program):
    for name in ("openat2", "creat", "open_by_handle_at", "name_to_handle_at", "mknod", "link"):
        assert verdict(program, number_of(name)) == REFUSED
