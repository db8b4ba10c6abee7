"""`autograder chat`: talk with a language model in the terminal, or on a page with --web."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from autograder.chat.session import Model, Session
from autograder.chat.terminal import talk
from autograder.chat.transcript import MAX_SEED, check_settings
from autograder.chat.words import words
from autograder.course.assignment import Language
from autograder.errors import CourseError

MAX_PORT = 65535


def chat(
    model: str | None,
    *,
    adapter: Path | None,
    url: str | None,
    web: bool,
    port: int | None,
    save: Path | None,
    system: str | None,
    temperature: float,
    top_p: float,
    max_new_tokens: int,
    seed: int | None,
    lang: Language,
) -> int:
    """Talks until the person has had enough; exit code 0."""
    settings = check_settings(temperature=temperature, top_p=top_p, max_new_tokens=max_new_tokens)
    _check_range("--seed", seed, 0, MAX_SEED)
    _check_range("--port", port, 1, MAX_PORT)
    if url and adapter:
        raise CourseError("--adapter: a server has its own. Do: leave --url or --adapter out")
    load = _loader(adapter, url)
    with Console(file=sys.stderr).status(words("loading", lang, name=model or "chat-model")):
        loaded = load(model)

    def new_session() -> Session:
        return Session(loaded, settings, seed=seed, system=system, path=save)

    if web:
        from autograder.chat.web import serve

        serve(new_session, port, lang)
    else:
        talk(new_session(), load, lang)
    return 0


def _check_range(option: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise CourseError(f"{option}: not between {least} and {most}. Do: choose another value")


def _loader(adapter: Path | None, url: str | None) -> Callable[[str | None], Model]:
    def load(model: str | None) -> Model:
        if url:
            from autograder.chat.server import open_server

            return open_server(model, url)
        from autograder.chat.generation import load_local

        return load_local(model, adapter)

    return load
