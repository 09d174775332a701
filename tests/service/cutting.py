"""A host in between that takes requests to the service and loses some of the answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Between(ThreadingHTTPServer):
    """Passes requests on to ``behind`` and closes the connection in place of the first ``losing``
    answers; with ``status`` it answers so itself instead of asking. ``seen`` are the bodies.
    """

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.behind = behind
        self.losing = 0
        self.status: int | None = None
        self.seen: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Passing(BaseHTTPRequestHandler):
    server: Between
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append(body)
        self.close_connection = True
        if self.server.losing and self.server.status is not None:
            self.server.losing -= 1
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        kept = {name: self.headers[name] for name in ("authorization", "content-type")}
        answer = httpx.post(self.server.behind + self.path, content=body, headers=kept)
        if self.server.losing:
            self.server.losing -= 1
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def between(behind: str) -> Iterator[Between]:
    with Between(behind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
