"""What happens to every request: an id, and a bound on its size.

Pure ASGI: the framework's own middleware base class costs a cheap route most of its speed.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.ids import fresh
from service.problems import render
from service.telemetry.seen import begin

NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """Give each request an id, the caller's ``X-Request-ID`` where it is a plain one, and forbid
    browsers to guess what an answer is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else fresh()
        scope["request_id"] = request_id
        begin(request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += (b"x-request-id", request_id.encode()), NOSNIFF
            await send(message)

        return await self._app(scope, receive, send_with_id)


class BodyLimit:
    """Refuse a body of more than ``most`` bytes, announced or not, with a 413."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its body stays within bounds."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        detail = f"A request body may have at most {self._most} bytes."
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most:
            response = render(413, detail, scope["request_id"], headers={"Connection": "close"})
            return await response(scope, receive, send)
        received = 0

        async def receive_within() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most:
                raise HTTPException(413, detail)
            return message

        return await self._app(scope, receive_within, send)
