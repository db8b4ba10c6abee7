"""The system calls a child may make; any other one answers ENOSYS, as an older kernel would.

The list was found by trying (multi-threaded matmul, autograd, attention, threads, optimisers,
logging). An allow-list, because with a deny-list chmod, utime, priorities and more of what
Landlock does not cover went through.
"""

from __future__ import annotations

import errno
import fcntl
import struct
import tempfile

import pyseccomp as seccomp

_FILES = """
    read write readv writev pread64 pwrite64 close fstat newfstatat stat lstat lseek access
    faccessat faccessat2 getdents64 readlink readlinkat getcwd statx mkdir mkdirat rmdir unlink
    unlinkat rename renameat renameat2 ftruncate fsync fdatasync dup dup2 dup3 pipe2 eventfd2 poll
    ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait
"""
_MEMORY = "mmap mprotect munmap brk mremap madvise mincore membarrier"
_PROCESS = """
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack futex set_robust_list get_robust_list rseq
    sched_yield sched_getaffinity getpid gettid getppid getuid geteuid getgid getegid getcpu
    clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times exit exit_group
    uname sysinfo getrandom getrusage restart_syscall set_tid_address
"""
_ALLOWED = (*_FILES.split(), *_MEMORY.split(), *_PROCESS.split())

_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020080  # the flags that ask for new namespaces
_O_TMPFILE = 0x00400000  # a file without a name: no look at the folder would see it
_PRCTL = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (malloc names its memory)
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FION* FIO*
_FCNTL = (
    fcntl.F_DUPFD,
    fcntl.F_DUPFD_CLOEXEC,
    fcntl.F_GETFD,
    fcntl.F_SETFD,
    fcntl.F_GETFL,
    fcntl.F_SETFL,
)
_OWN_PID = 0x5E1F91D0  # stands for the child's own process id in the compiled filter
_INSTRUCTION = struct.Struct("<HBBI")  # struct sock_filter: code, jt, jf, k


def compile_filter() -> bytes:
    """The BPF program for every child, with a stand-in for the child's own process id."""
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.ENOSYS))
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    for name in _ALLOWED:
        rules.add_rule(seccomp.ALLOW, name)
    _narrow(rules)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _narrow(rules: seccomp.SyscallFilter) -> None:
    """The calls that are allowed with some arguments only."""

    def allow(name: str, *arguments: seccomp.Arg) -> None:
        rules.add_rule(seccomp.ALLOW, name, *arguments)

    threads_only = _CLONE_THREAD | _CLONE_NEW
    allow("clone", seccomp.Arg(0, seccomp.MASKED_EQ, threads_only, _CLONE_THREAD))
    allow("open", seccomp.Arg(1, seccomp.MASKED_EQ, _O_TMPFILE, 0))
    allow("openat", seccomp.Arg(2, seccomp.MASKED_EQ, _O_TMPFILE, 0))
    allow("tgkill", seccomp.Arg(0, seccomp.EQ, _OWN_PID))
    for pid in (0, _OWN_PID):  # reading one's own limits: no new ones (argument 2)
        allow("prlimit64", seccomp.Arg(0, seccomp.EQ, pid), seccomp.Arg(2, seccomp.EQ, 0))
    for option in _PRCTL:
        allow("prctl", seccomp.Arg(0, seccomp.EQ, option))
    for request in _IOCTL:
        allow("ioctl", seccomp.Arg(1, seccomp.EQ, request))
    for command in _FCNTL:
        allow("fcntl", seccomp.Arg(1, seccomp.EQ, command))


def filter_for(program: bytes, pid: int) -> bytes:
    """The compiled filter with a child's own process id put in."""
    return b"".join(
        _INSTRUCTION.pack(code, jt, jf, pid if k == _OWN_PID else k)
        for code, jt, jf, k in _INSTRUCTION.iter_unpack(program)
    )
