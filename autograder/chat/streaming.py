"""A model's tokens as they come, made into whole characters.

transformers' own streamer holds text back until a word is over and gives out half a character if
the reply ends in one. This one gives out each character as soon as its last byte is there, and
never a part.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any

UNFINISHED = "\ufffd"  # what a tokenizer makes of bytes that are not yet a character


class TokenStream:
    """Hands a reply from the thread that makes it to the one that shows it.

    It is the `streamer` of transformers' generate (put, end) and its stopping criterion (called).
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._queue: queue.Queue[str | BaseException | None] = queue.Queue()
        self._prompt_passed = False
        self._tokens: list[int] = []
        self._shown = 0  # characters
        self._stopped = False

    def put(self, tokens: Any) -> None:
        """Takes the prompt, which comes first and is dropped, then one token at a time."""
        if not self._prompt_passed:
            self._prompt_passed = True
            return
        self._tokens += tokens.reshape(-1).tolist()
        text = self._decode(self._tokens).rstrip(UNFINISHED)
        if len(text) > self._shown:
            self._queue.put(text[self._shown :])
            self._shown = len(text)

    def end(self) -> None:
        """The reply is over; a character that is still unfinished is dropped."""

    def __call__(self, input_ids: Any, scores: Any, **_unused: object) -> Any:
        """Whether each row is to stop: transformers asks after each token."""
        import torch

        return torch.full((len(input_ids),), self._stopped, device=input_ids.device)

    def pieces(self, generate: Callable[[], object]) -> Generator[str, None, None]:
        """Runs `generate` in a thread and gives out its text; what it raises is raised here.

        Closing this iterator, or an exception such as Ctrl-C, ends the thread at its next token.
        Nobody waits for that: a long prompt may take a while to the first one.
        """
        threading.Thread(target=self._run, args=(generate,)).start()
        try:
            while (piece := self._queue.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            self._stopped = True

    def _run(self, generate: Callable[[], object]) -> None:
        try:
            generate()
        except BaseException as error:  # for the thread that waits for the reply
            self._queue.put(error)
        finally:
            self._queue.put(None)
