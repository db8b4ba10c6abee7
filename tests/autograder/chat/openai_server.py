"""A small server of OpenAI's protocol on this machine, for tests: streams what it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """Knows one key, keeps what it was asked, and takes so many messages at once."""

    def __init__(self, key: str | None, pieces: tuple[str, ...], most_messages: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = key
        self.pieces = pieces
        self.most_messages = most_messages
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        given = self.headers["Authorization"].removeprefix("Bearer ")
        if self.path != "/v1/chat/completions" or not asked["stream"]:
            self._refuse(404, "not here")
        elif self.server.key and given != self.server.key:
            self._refuse(401, f"wrong key {given}")
        elif asked["model"] == "no-such-model":
            self._refuse(404, f"no such model for {given}\nreally")
        elif len(asked["messages"]) > self.server.most_messages:
            self._refuse(400, "this exceeds the maximum context length")
        else:
            self._stream()

    def _refuse(self, status: int, message: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"error": {"message": message}}).encode())

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        head = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        for piece in (None, *self.server.pieces):
            choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
            self._event(json.dumps({**head, "choices": [choice]}))
        self._event(json.dumps({**head, "choices": []}))
        self._event("[DONE]")

    def _event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())

    def log_message(self, *_arguments: object) -> None:
        """Keeps quiet."""


@contextmanager
def serving(*pieces: str, key: str | None = None, most_messages: int = 1000) -> Iterator[Server]:
    """A server, until the end of the block."""
    with Server(key, pieces, most_messages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
