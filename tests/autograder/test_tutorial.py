"""docs/tutorial.md, as a reader follows it: its files, its commands, and what it says one sees."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs/tutorial.md"
STEP = re.compile(
    r"^(?:`(?P<path>[^`\n]+)`(?P<below>, below the line with the dashes)?:\n\n)?"
    r"```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
DASHES = re.compile(r"^# -{20,}.*\n", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    text: str
    promised: tuple[str, ...]  # lines of what is seen, `…` for what is left out


class Reader:
    """Follows the tutorial in a fresh folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said = folder.parent / "folder-of-the-shell"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "120"}

    def write(self, path: str, text: str, *, below: bool) -> None:
        target = self._folder / path
        if below:
            head = target.read_text(encoding="utf-8")
            text = head[: DASHES.search(head).end()] + "\n" + text
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def run(self, command: str) -> str:
        """All that it prints. Where the shell is then, it is for the next one, too."""
        script = f"{command}\ncode=$?\npwd > {self._said}\nexit $code"
        result = subprocess.run(
            ["/bin/bash", "-c", script], cwd=self._folder, env=self._environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert result.returncode in {0, 1}, result.stdout  # 1: `check`, while gaps are open
        self._folder = Path(self._said.read_text().strip())
        return result.stdout


def steps() -> Iterator[re.Match[str]]:
    return STEP.finditer(TUTORIAL.read_text(encoding="utf-8"))


def commands(block: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *seen = part.splitlines()
        yield Command(command, tuple(seen))


def unseen(command: Command, output: str) -> list[str]:
    """What is promised and not seen, in this order; white space does not count."""
    position, missing, plain = 0, [], " ".join(output.split())
    for piece in (piece for line in command.promised for piece in line.split("…")):
        wanted = " ".join(piece.split())
        found = plain.find(wanted, position)
        if found < 0:
            missing.append(wanted)
        else:
            position = found + len(wanted)
    return missing


@pytest.mark.timeout(600)
def test_whoever_follows_the_tutorial_sees_what_it_promises(tmp_path):
    reader, ran = Reader(tmp_path), 0
    for step in steps():
        if step["path"]:
            reader.write(step["path"], step["text"], below=bool(step["below"]))
            continue
        assert step["kind"] == "console", f"a block that is neither a file nor commands: {step[0]}"
        for command in commands(step["text"]):
            output = reader.run(command.text)
            assert unseen(command, output) == [], f"$ {command.text}\n{output}"
            ran += 1
    assert ran == TUTORIAL.read_text(encoding="utf-8").count("\n$ ")


def test_a_promise_that_is_not_kept_is_noticed():
    command = Command("", ("s01 …", "… 4", "s02"))
    assert unseen(command, "s01   10\n 6 4\n s02\n") == []
    assert unseen(command, "s02 10 6 4 s01") == ["4", "s02"]


def test_every_block_of_the_tutorial_is_read():
    assert len([*steps()]) * 2 == TUTORIAL.read_text(encoding="utf-8").count("```")
