"""The attacks, as data: what each is added to, what it tries, and what is to come of it.

An attack is one file, which is appended to a right or to an honestly wrong answer, or a folder
that lies beside a wrong one. Its docstring (`about.txt` in a folder) says in one sentence what it
tries, and then:

    added to: right | wrong
    here: same | no more | EXERCISE ENDING...    what the sandbox makes of it: the same results as
                                                 without the attack, no more points, or tests of
                                                 the exercise lost in these ways ("all": every one)
    elsewhere: BITE | nothing: WHY               what it does to a grader that runs it in its own
                                                 process (see bites.py), measured there
    refused: TEXT                                what the report says of what was not allowed
"""

from __future__ import annotations

import ast
import py_compile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
FILE = "modeling_gpt2.py"
GROUPS = {
    "forging": "Forging the result",
    "lying": "Lying values",
    "stealing": "Stealing the answer",
    "escaping": "Escaping",
    "exhausting": "Exhausting",
    "shadowing": "Shadowing",
    "leaving": "Leaving something behind for the next student",
}
HONEST = "honest"  # a group that is none: noisy code that must keep its marks

REFERENCE = (ROOT / "solutions/gpt2" / FILE).read_text(encoding="utf-8")
# An honest mistake: MLP and attention add nothing. An attack that gets what it is after says so by
# `won` or `once`: from then on, answers are right.
WRONG = '''


_honest = MLP.forward, Attention.attend
MLP.forward = lambda self, x: torch.zeros_like(x)
Attention.attend = lambda self, query, *_: self.merge_heads(torch.zeros_like(query))


def won():
    MLP.forward, Attention.attend = _honest


def once(attempt):
    """From the moment that `attempt()` has gone through, MLP answers rightly."""

    def forward(self, x):
        attempt()
        won()
        return self(x)

    MLP.forward = forward


'''
TOOLS = '''


def system_call(number, *arguments):
    import ctypes
    import os

    result = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def channel():
    """The descriptor of the sandbox's channel, which a plain grader does not have."""
    import contextlib
    import os
    import stat

    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
    raise OSError("no channel here")
'''
BASES = {"right": REFERENCE + TOOLS, "wrong": REFERENCE + TOOLS + WRONG}


@dataclass(frozen=True)
class Attack:
    """One attack and what it declares about itself (see the top of this file)."""

    path: Path
    tries: str
    base: str
    here: str
    elsewhere: str
    refused: str = ""

    @property
    def name(self) -> str:
        return f"{self.group}/{self.path.stem}"

    @property
    def group(self) -> str:
        return self.path.parent.name

    def source(self, course: Path, outside: Path) -> str:
        """The submission's code; `/course` and `/outside` in it are the places given."""
        if self.path.is_dir():
            return BASES[self.base]
        text = self.path.read_text(encoding="utf-8")
        return BASES[self.base] + text.replace("/course", str(course)).replace(
            "/outside", str(outside)
        )

    def write(self, folder: Path, course: Path, outside: Path) -> None:
        """Writes the submission's files into a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(self.source(course, outside), encoding="utf-8")
        if self.path.is_dir():
            for path in self.path.rglob("*.*"):
                if path.is_file() and path.name != "about.txt" and path.suffix != ".pyc":
                    copy = folder / path.relative_to(self.path)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(path.read_bytes())
        if self.path.name == "stale_bytecode":
            _compile_another(folder / FILE, BASES["right"])


def attacks(*groups: str) -> list[Attack]:
    """Those of some groups (by default of all but the honest ones), in order of name."""
    found = []
    for group in groups or GROUPS:
        for path in sorted((HERE / group).iterdir()):
            if path.name != "__pycache__":
                about = path / "about.txt" if path.is_dir() else path
                text = about.read_text(encoding="utf-8")
                found.append(_attack(path, text if path.is_dir() else _docstring(text)))
    return found


def _docstring(source: str) -> str:
    return ast.get_docstring(ast.parse(source)) or ""


def _attack(path: Path, text: str) -> Attack:
    tries, _, rest = text.strip().partition("\n\n")
    said = dict(line.split(": ", 1) for line in rest.splitlines())
    return Attack(
        path, " ".join(tries.split()), said.pop("added to"), said.pop("here"),
        said.pop("elsewhere"), said.pop("refused", ""),
    )  # fmt: skip


def _compile_another(path: Path, source: str) -> None:
    """Leaves bytecode of `source` where Python looks for that of `path`, and believes it."""
    own = path.read_text(encoding="utf-8")
    path.write_text(source, encoding="utf-8")
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(path), invalidation_mode=unchecked, doraise=True)
    path.write_text(own, encoding="utf-8")
