"""`autograder doctor`: what this machine has and lacks, and the command that mends each lack."""

from __future__ import annotations

import ctypes.util
import importlib.metadata
import importlib.util
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.course.assignment import Language
from autograder.models.catalogue import CATALOGUE
from autograder.models.store import is_present
from autograder.sandbox.missing import MIN_ABI

if TYPE_CHECKING:
    from autograder.sandbox.attempts import Finding


@dataclass(frozen=True)
class _Finding:
    what: str
    found: str
    mend: str = ""  # what to do; empty where nothing is lacking
    needed: bool = True  # without it nothing can be graded


def doctor(*, attack: bool, lang: Language) -> int:
    """Prints a line a finding. Exit code 3 where grading could not start, or an attack works."""
    console = Console(highlight=False)
    if attack:
        return _attack(console, lang)
    findings = [finding for look in _LOOKS for finding in look()]
    for one in findings:
        mark = "[green]✓[/]" if not one.mend else "[red]✗[/]" if one.needed else "[yellow]–[/]"
        console.print(f"{mark} {one.what:<17} {one.found}", markup=True)
        if one.mend:
            console.print(f"  [dim]→ {one.mend}[/]")
    return 3 if any(one.mend and one.needed for one in findings) else 0


def _attack(console: Console, lang: Language) -> int:
    from autograder.sandbox.attempts import try_attempts

    broken = 0
    for one in try_attempts():
        broken += not one.held
        console.print(_attack_line(one, lang))
    en, zh = (
        (
            f"[red]{broken} attacks work: do not grade here[/]",
            f"[red]{broken} 种攻击得逞：不要在这里评分[/]",
        )
        if broken
        else ("All held. What is not guarded: SECURITY.md", "全部守住。不守什么，见 SECURITY.md")
    )
    console.print(zh if lang == "zh" else en)
    return 3 if broken else 0


def _attack_line(found: Finding, lang: Language) -> str:
    what = found.attempt.zh if lang == "zh" else found.attempt.en
    held, broken, vain = (
        ("守住", "被攻破", "没有沙箱时在这台机器上也不成功") if lang == "zh"
        else ("held", "broken", "does not work on this machine without the sandbox either")
    )  # fmt: skip
    mark = f"[green]✓[/] {held:<7}" if found.held else f"[red]✗[/] {broken:<7}"
    return f"{mark} {what}" + ("" if found.works_outside else f" [dim]({vain})[/]")


def _python() -> Iterator[_Finding]:
    version = platform.python_version()
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield _Finding("Python", version, "" if good else "install Python 3.11, 3.12 or 3.13")


def _libraries() -> Iterator[_Finding]:
    for name in ("torch", "transformers", "pytest", "hypothesis"):
        try:
            yield _Finding(name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield _Finding(name, "missing", "make setup")


def _landlock() -> Iterator[_Finding]:
    abi = 0
    if importlib.util.find_spec("landlockpy"):
        import landlockpy

        abi = landlockpy.abi_version()
    if abi >= MIN_ABI:
        yield _Finding("Landlock", f"ABI {abi}")
    else:
        yield _Finding("Landlock", f"ABI {abi}, at least {MIN_ABI} is needed",
                       "use Linux 6.2 or later with landlock in its lsm= list, or grade code that "
                       "you trust with --isolation none")  # fmt: skip


def _seccomp() -> Iterator[_Finding]:
    library = ctypes.util.find_library("seccomp")
    if library and _kernel_filters():
        yield _Finding("seccomp", library)
    else:
        yield _Finding("seccomp", "missing", "apt-get install libseccomp2, on Linux")


def _kernel_filters() -> bool:
    try:
        return "Seccomp:" in Path("/proc/self/status").read_text()
    except OSError:
        return False


def _gpu() -> Iterator[_Finding]:
    try:
        command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
        output = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
        yield _Finding("GPU", output.stdout.strip().replace("\n", "; "))
    except (OSError, subprocess.SubprocessError):
        yield _Finding("GPU", "none found; nothing here needs one", needed=False)


def _sources() -> Iterator[_Finding]:
    for name, source in CATALOGUE.items():
        if is_present(name):
            yield _Finding(name, source.what)
        else:
            yield _Finding(name, f"not here: needed for {source.needed_for}",
                           f"autograder fetch {name}", needed=False)  # fmt: skip


_LOOKS: tuple[Callable[[], Iterator[_Finding]], ...] = (
    _python, _libraries, _landlock, _seccomp, _gpu, _sources,
)  # fmt: skip
