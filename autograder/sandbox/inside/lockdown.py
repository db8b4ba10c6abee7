"""Takes from a forked child all that a student's code has no use for. There is no way back.

Landlock bounds which files can be opened, seccomp which system calls can be made, rlimits how much
of each resource. Not guarded: names, sizes and times of files outside (stat is not covered by
Landlock), how long things take, how busy the machine is, and how many threads are started within
one slice of the keeper's watch.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from pathlib import Path

import landlockpy
from landlockpy import AccessFS, Ruleset, Scope

from autograder.sandbox.inside import syscalls
from autograder.sandbox.inside.bounds import LIBC, prctl
from autograder.sandbox.inside.readable import Readable

MIN_ABI = 3  # the first that covers truncate

_READ = AccessFS.READ_FILE | AccessFS.READ_DIR
_OWN = (
    _READ
    | AccessFS.WRITE_FILE
    | AccessFS.TRUNCATE
    | AccessFS.MAKE_REG
    | AccessFS.MAKE_DIR
    | AccessFS.REMOVE_FILE
    | AccessFS.REMOVE_DIR
)
_ON_FILES = AccessFS.READ_FILE | AccessFS.WRITE_FILE | AccessFS.TRUNCATE
_DEVICES = ((Path("/dev/null"), _ON_FILES), (Path("/dev/urandom"), AccessFS.READ_FILE))

_PR_SET_SECCOMP, _PR_CAPBSET_DROP = 22, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAPABILITIES = 64  # numbers to drop; the kernel has 41 and answers EINVAL past its last


class Lockdown:
    """What is the same for all children of a zygote, prepared once.

    Landlock's rules are two layers, and what is to be opened must be allowed by both. The shared
    one, made here, names about 230 trees, and the folder that holds all children's folders. A
    child adds one of a few rules: the roots of those trees, and no folder but its own.
    """

    def __init__(self, files: Readable, children: Path) -> None:
        """Raises OSError (Landlock) or RuntimeError (libseccomp) where the machine lacks them."""
        abi = landlockpy.abi_version()
        if abi < MIN_ABI:
            raise RuntimeError(f"the kernel's Landlock has ABI {abi}, and {MIN_ABI} is needed")
        self._files = files
        self._shared = _ruleset([*((tree, _READ) for tree in files.trees), (children, _OWN)], files)
        self._program = syscalls.compile_filter()

    def enter(self, folder: Path) -> None:
        """In a child: leaves nothing but `folder` to write to, and no way back."""
        prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _drop_capabilities()
        self._shared.restrict(no_new_privs=False)
        roots = [(root, _READ) for root in self._files.roots]
        with _ruleset([*roots, (folder, _OWN)], self._files) as own:
            own.restrict(no_new_privs=False)
        self._shared.close()
        _filter_calls(syscalls.filter_for(self._program, os.getpid()))


def _ruleset(rules: list[tuple[Path, AccessFS]], files: Readable) -> Ruleset:
    ruleset = Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL)
    for path, right in [*rules, *((path, AccessFS.READ_DIR) for path in files.listings), *_DEVICES]:
        ruleset.allow_path(path, right if path.is_dir() else right & _ON_FILES)
    return ruleset


def _drop_capabilities() -> None:
    """Also from the bounding set; a process that has none may not, and need not."""
    for number in range(_CAPABILITIES):
        with contextlib.suppress(OSError):
            prctl(_PR_CAPBSET_DROP, number)
    with contextlib.suppress(OSError):
        prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    if LIBC.capset(header, bytes(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _filter_calls(program: bytes) -> None:
    """Seccomp, for this thread and all it starts."""
    argument = _Program(len(program) // 8, program)
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(argument))
