"""Serves the chat's page to this computer's own browser.

What this guards: the server listens on 127.0.0.1 alone, no link is shared, no statistics are sent,
and the page's policy forbids the browser to fetch anything from another host, so that a picture
that a reply names is not asked for. Not guarded: other users of this computer can open the page.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from autograder.chat.session import Session
from autograder.chat.trouble import missing_package
from autograder.chat.words import words
from autograder.course.assignment import Language
from autograder.errors import CourseError

HOST = "127.0.0.1"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "form-action 'none'"
)


def serve(new_session: Callable[[], Session], port: int | None, language: Language) -> None:
    """Serves the page until Ctrl-C. Each browser tab has a conversation of its own."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported
    try:
        from autograder.chat.page import CSS, THEME, build_page
    except ModuleNotFoundError as error:
        raise missing_package(error) from error
    page = build_page(new_session, language)
    try:
        page.launch(
            server_name=HOST, server_port=port, share=False, ssr_mode=False, pwa=False,
            mcp_server=False, quiet=True, prevent_thread_lock=True, footer_links=[], css=CSS,
            theme=THEME,
            app_kwargs={"middleware": _middleware()},
        )  # fmt: skip
    except OSError as error:
        raise CourseError(f"--port: {port or 'each from 7860'} is taken. Do: choose one that is "
                          "free with --port N") from error  # fmt: skip
    try:
        print(words("open", language, url=page.local_url), flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)


def _middleware() -> list[Any]:
    """Only this computer's names for the server, and the page's policy on every answer."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
        Middleware(_Policy),
    ]


class _Policy:
    """Adds the content security policy to each answer (ASGI)."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", _POLICY.encode())
                message["headers"] = [*message.get("headers", []), policy]
            await send(message)

        await self._app(scope, receive, send_with_policy)
