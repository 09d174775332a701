"""What both clients are made of, but for the waiting."""

from __future__ import annotations

from typing import Any

import httpx

from cairn_client.calls import Call
from cairn_client.errors import UnexpectedAnswer


def options(url: str, key: str, timeout: float) -> dict[str, Any]:
    """Arguments of HTTPX's clients. Raises ``ValueError`` for what is no address or no key."""
    if httpx.URL(url).scheme not in {"http", "https"}:
        raise ValueError(f"expected an address such as https://cairn.example, got {url!r}")
    if not key or not key.isascii() or not key.isprintable():
        raise ValueError("expected an API key or a widget token of printable ASCII characters")
    headers = {"Authorization": f"Bearer {key}", "User-Agent": "cairn-client"}
    return {"base_url": url, "headers": headers, "timeout": timeout}


def request(http: httpx.Client | httpx.AsyncClient, call: Call[Any]) -> httpx.Request:
    """The request of a call."""
    content = call.content()
    headers = {} if content is None else {"Content-Type": call.kind}
    return http.build_request(
        call.method, call.path, params=call.query or None, content=content, headers=headers
    )


def garbled(error: httpx.DecodingError) -> UnexpectedAnswer:
    """The error for an answer that cannot be decoded."""
    return UnexpectedAnswer(f"an answer that cannot be decoded: {error}")
