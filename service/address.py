"""Where the service is reached by those who use it."""

from __future__ import annotations

from fastapi import Request

from service.state import Service


def address(service: Service, request: Request) -> str:
    """The service's own origin, such as ``https://cairn.example``: the one it was given, or else
    the one that the request names.
    """
    if service.public_url is not None:
        return service.public_url
    return f"{request.url.scheme}://{request.url.netloc}"
