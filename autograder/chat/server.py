"""Replies of a server that speaks OpenAI's protocol. The key comes from OPENAI_API_KEY alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from autograder.chat.conversation import longest_tail, tidy
from autograder.chat.transcript import Settings, Turn
from autograder.chat.trouble import missing_package
from autograder.errors import CourseError

KEY = "OPENAI_API_KEY"
NO_KEY = "none"  # servers on one's own machine ask for no key, but the client wants a word
_ROLES = {"human": "user", "gpt": "assistant"}


class ServerModel:
    """A model on a server."""

    adapter_sha256: str | None = None

    def __init__(self, name: str, url: str, client: Any) -> None:
        self.name = name
        self.server: str | None = url
        self._client = client

    def reply(
        self,
        turns: Sequence[Turn],
        settings: Settings,
        *,
        seed: int,
        system: str | None,
        forgot: Callable[[int], None],
    ) -> Generator[str, None, None]:
        """The reply to the last turn, piece by piece.

        The server alone knows its context: if it says that the turns don't fit, the oldest are
        left out, one exchange after the other, and `forgot` hears how many turns that were.
        """
        yield from tidy(self._ask(turns, settings, seed, system, forgot), None)

    def _ask(
        self,
        turns: Sequence[Turn],
        settings: Settings,
        seed: int,
        system: str | None,
        forgot: Callable[[int], None],
    ) -> Iterator[str]:
        import openai

        kept = turns
        while True:
            try:
                stream = self._client.chat.completions.create(
                    model=self.name,
                    messages=_messages(kept, system),
                    temperature=settings.temperature,
                    top_p=settings.top_p,
                    max_tokens=settings.max_new_tokens,
                    seed=seed,
                    stream=True,
                )
                if len(kept) < len(turns):
                    forgot(len(turns) - len(kept))
                with stream:
                    for chunk in stream:
                        for choice in chunk.choices[:1]:
                            yield choice.delta.content or ""
                return
            except openai.OpenAIError as error:
                shorter = longest_tail(kept[1:], lambda _: True)
                if not (_context_is_full(error) and shorter):
                    raise self._one_line(error) from None  # its text may hold the key
                kept = shorter

    def _one_line(self, error: Exception) -> CourseError:
        import openai

        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return CourseError(
                f"{self.server}: the server refuses the key. Do: set the right one, "
                f"export {KEY}=…, and begin again"
            )
        if isinstance(error, openai.APIConnectionError):
            return CourseError(
                f"{self.server}: no server answers there. Do: start it, or check --url"
            )
        reason = " ".join(str(getattr(error, "message", error)).split())
        reason = reason.replace(os.environ.get(KEY) or NO_KEY, "…")
        return CourseError(f"{self.server}: {reason[:300]}. Do: check --model and --url")


def open_server(model: str | None, url: str) -> ServerModel:
    """A server's model. Raises CourseError if the address or the model's name won't do."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CourseError("--url: not an address. Do: give one such as http://127.0.0.1:8080/v1")
    if parts.username or parts.password or parts.query:
        raise CourseError(
            f"--url: a transcript names the address, so no key may stand in it. Do: export {KEY}=…"
        )
    if not model:
        raise CourseError("--url: which model there? Do: add --model NAME")
    try:
        import openai
    except ModuleNotFoundError as error:
        raise missing_package(error) from error
    client = openai.OpenAI(base_url=url, api_key=os.environ.get(KEY) or NO_KEY, max_retries=0)
    return ServerModel(model, url, client)


def _messages(turns: Sequence[Turn], system: str | None) -> list[dict[str, str]]:
    head = [{"role": "system", "content": system}] if system else []
    return head + [{"role": _ROLES[turn.speaker], "content": turn.value} for turn in turns]


def _context_is_full(error: Exception) -> bool:
    return getattr(error, "status_code", None) == 400 and "context" in str(error).lower()
