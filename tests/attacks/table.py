"""Writes docs/attacks.md from the attacks' own words: `python -m tests.attacks.table`.

The tests beside this file hold each of those words to what happens.
"""

from __future__ import annotations

from pathlib import Path

from tests.attacks.corpus import GROUPS, HONEST, ROOT, Attack, attacks

PAGE = ROOT / "docs/attacks.md"
BITES = {
    "points": "wrong code gets points",
    "neighbour": "the next student loses points",
    "down": "the grader dies or hangs",
    "text": "the report says what the attacker wants",
    "trace": "a file outside is changed",
    "process": "a process is left",
    "threads": "threads without bound",
    "memory": "memory without bound",
    "disk": "the disk fills up",
    "output": "the log fills up",
}
HERE = {"same": "as without it", "no more": "no point more"}


def page() -> str:
    """The whole table, in Markdown."""
    corpus = attacks()
    biting = sum(not one.elsewhere.startswith("nothing") for one in corpus)
    parts = [
        f"""# Attacks

{len(corpus)} submissions that want more than their code has earned. Each is one small
file or folder in `tests/attacks/`.

*Elsewhere* is a plain grader that runs student code in its own process and compares by
`torch.allclose`, `torch.testing.assert_close`, numpy, `==` and others (`tests/attacks/naive.py`; in
user, PID, mount and network namespaces of its own, with few processes). {biting} of them bite
there.

*Here* is this grader: no attack gets a point more than the same code without it, the next
student's result is the same, no file outside is changed, no process is left.

Both columns are held by tests, the first wherever the kernel lets a user make namespaces; where an
attack bites nowhere, the reason is given.

This page is written by `python -m tests.attacks.table`.
"""
    ]
    for group, title in GROUPS.items():
        lines = [_line(attack) for attack in attacks(group)]
        parts.append("\n".join([f"## {title}\n", "| attack | what it tries | elsewhere | here |",
                                "|---|---|---|---|", *lines, ""]))  # fmt: skip
    lines = [f"| {one.path.stem} | {one.tries} |" for one in attacks(HONEST)]
    parts.append("\n".join(["## Honest code that makes noise, and keeps all its points\n",
                            "| code | what it does |", "|---|---|", *lines, ""]))  # fmt: skip
    return "\n".join(parts)


def _line(attack: Attack) -> str:
    here = HERE.get(attack.here) or _endings(*attack.here.split())
    if attack.refused:
        here += f"; the report says “{attack.refused}”"
    elsewhere = BITES.get(attack.elsewhere, attack.elsewhere)
    return f"| {attack.path.stem} | {attack.tries} | {elsewhere} | {here} |"


def _endings(exercise: str, *endings: str) -> str:
    where = "every test" if exercise == "all" else f"tests of `{exercise}`"
    return f"{where}: {' or '.join(endings)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(Path("docs") / PAGE.name)
