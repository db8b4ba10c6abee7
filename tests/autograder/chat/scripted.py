"""A model that says what a test wants it to say: a server's or a machine's moods on demand."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from autograder.chat.transcript import Settings, Turn


class Scripted:
    """Gives out its pieces, then raises its error, if it has one; remembers what it was asked."""

    server: str | None = None
    adapter_sha256: str | None = None

    def __init__(self, *pieces: str, error: BaseException | None = None, forgets: int = 0) -> None:
        self.name = "scripted"
        self.pieces = pieces
        self.error = error
        self.forgets = forgets
        self.asked: list[tuple[tuple[Turn, ...], int]] = []

    def reply(
        self,
        turns: Sequence[Turn],
        settings: Settings,
        *,
        seed: int,
        system: str | None,
        forgot: Callable[[int], None],
    ) -> Generator[str, None, None]:
        self.asked.append((tuple(turns), seed))
        if self.forgets:
            forgot(self.forgets)
        yield from self.pieces
        if self.error:
            raise self.error
