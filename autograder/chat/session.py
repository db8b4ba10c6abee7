"""One conversation, and the file that keeps it: what the terminal and the page have in common."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from autograder.chat.conversation import encodable, turn_seed
from autograder.chat.transcript import MAX_SEED, Settings, Transcript, Turn, write_transcript
from autograder.errors import CourseError

FOLDER = Path("transcripts")


class Model(Protocol):
    """What can reply: a model on this machine or on a server."""

    name: str
    server: str | None
    adapter_sha256: str | None

    def reply(
        self,
        turns: Sequence[Turn],
        settings: Settings,
        *,
        seed: int,
        system: str | None,
        forgot: Callable[[int], None],
    ) -> Generator[str, None, None]: ...


class Session:
    """A conversation with a model, saved after each turn, never over an earlier file.

    `seed` None draws one for each conversation. `path` None means a new file in `FOLDER`.
    """

    def __init__(
        self,
        model: Model,
        settings: Settings,
        *,
        seed: int | None = None,
        system: str | None = None,
        path: Path | None = None,
    ) -> None:
        self.model = model
        self.settings = settings
        self.system = system
        self._seed = seed
        self._path = path
        self.reset()

    def reset(self) -> None:
        """Begins a new conversation; the old one stays in its file."""
        self.turns: list[Turn] = []
        self.seed = secrets.randbelow(MAX_SEED + 1) if self._seed is None else self._seed
        self.file: Path | None = None  # once something has been said

    def say(self, text: str, forgot: Callable[[int], None]) -> Generator[str, None, None]:
        """The reply, piece by piece. However it ends, the transcript has what was said.

        A reply that was cut short (this iterator closed, Ctrl-C, an error) is kept and marked. If
        an error left no reply at all, what the person said is taken back and can be said again.
        """
        self.turns.append(Turn("human", encodable(text)))
        reply, stopped, failed = "", True, False
        try:
            self.save()
            pieces = self.model.reply(
                self.turns, self.settings,
                seed=turn_seed(self.seed, len(self.turns)), system=self.system, forgot=forgot,
            )  # fmt: skip
            with closing(pieces):
                for piece in map(encodable, pieces):
                    reply += piece
                    yield piece
            stopped = False
        except CourseError:
            failed = not reply
            raise
        finally:
            if failed:
                self._take_back()
            else:
                self.turns.append(Turn("gpt", reply, stopped))
                self.save()

    def save(self) -> Path:
        """Writes the transcript and says where it is."""
        if self.file is None:
            self.file = _unused(self._path or FOLDER / f"chat-{datetime.now():%Y%m%d-%H%M%S}.json")
        write_transcript(self.file, self.transcript())
        return self.file

    def save_as(self, path: Path) -> Path:
        """Writes the transcript to another file, and from now on there."""
        if path.exists():
            raise CourseError(f"{path}: exists already. Do: choose another name")
        write_transcript(path, self.transcript())
        self.file = path
        return path

    def transcript(self) -> Transcript:
        return Transcript(
            model=self.model.name,
            server=self.model.server,
            adapter_sha256=self.model.adapter_sha256,
            settings=self.settings,
            seed=self.seed,
            system=self.system,
            turns=tuple(self.turns),
        )

    def _take_back(self) -> None:
        """Forgets the last turn, and the file too if that was all."""
        self.turns.pop()
        if self.turns:
            self.save()
        elif self.file:
            with suppress(OSError):  # where it could not be written, it may not be removable
                self.file.unlink()
            self.file = None


def _unused(path: Path) -> Path:
    """`path`, or with -2, -3, … before its ending the first that is no file yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free
