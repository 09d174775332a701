"""Asking issuers' hosts for keys and lists: only hosts that the tenant allows, over HTTPS, at an
address of the public network that was looked up once, without redirects, within time and size.

Blocks: to be called in a thread.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

import httpx
from cachetools import TTLCache

from service.badges.proofs import Unfetched
from service.badges.trust import Trust

HTTPS: Final = 443
PATIENCE: Final = 5.0
"""Seconds for a whole fetch, once the host's address is known."""

MOST_BYTES: Final = 1_048_576
KEEP: Final = 300.0
"""Seconds that an answer, or that there was none, counts: so long may a revocation take to show."""

KEPT: Final = 32 * MOST_BYTES
PLAIN: Final = {"Accept": "*/*", "Accept-Encoding": "identity"}

Resolve = Callable[[str, int], Sequence[str]]
Answer = bytes | str
"""What came, or why nothing did."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def public(address: str) -> bool:
    """Whether an address is one of the public network, also where it wraps another."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = (found.ipv4_mapped, found.sixtofour, *(found.teredo or ()))
        if any(each is not None and not each.is_global for each in wrapped):
            return False
        if found in NAT64:
            return public(str(ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)))
    return found.is_global and not found.is_multicast


NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Fetcher:
    """Asks, and remembers for a while what came. ``now`` is a clock, seconds; the rest is for
    trying it out on this machine.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        resolve: Resolve = resolved,
        admits: Callable[[str], bool] = public,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._resolve = resolve
        self._admits = admits
        self._context = ssl.create_default_context() if context is None else context
        self._kept: TTLCache[str, Answer] = TTLCache(KEPT, KEEP, now, getsizeof=_size)
        self._lock = Lock()

    def within(self, trust: Trust) -> Callable[[str], bytes]:
        """Ask for what is at an address, where ``trust`` allows its host. Raises ``Unfetched``."""

        def fetch(url: str) -> bytes:
            place = _place(url)
            if place not in trust.hosts:
                raise Unfetched(f"not fetched: the tenant does not allow to ask {place}")
            with self._lock:
                answer = self._kept.get(url)
            if answer is None:
                answer = self._asked(url, place)
                with self._lock:
                    self._kept[url] = answer
            if isinstance(answer, str):
                raise Unfetched(f"not fetched: {place} {answer}")
            return answer

        return fetch

    def _asked(self, url: str, place: str) -> Answer:
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            addresses = self._resolve(host, parts.port or HTTPS)
            if not addresses or not all(self._admits(each) for each in addresses):
                return "is not a host of the public network"
            return asyncio.run(self._read(url, host, place, addresses[0]))
        except (OSError, UnicodeError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            return f"cannot be asked: {type(error).__name__}"

    async def _read(self, url: str, host: str, place: str, address: str) -> Answer:
        # Connects to the address that was looked at, and has the certificate be the host's.
        there, extensions = httpx.URL(url).copy_with(host=address), {"sni_hostname": host}
        headers = {**PLAIN, "Host": place}
        body = bytearray()
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(verify=self._context, timeout=PATIENCE, trust_env=False) as client,
            client.stream("GET", there, headers=headers, extensions=extensions) as response,
        ):
            if response.status_code != httpx.codes.OK:
                return f"answered {response.status_code}"
            async for part in response.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    return "answered with too much"
        return bytes(body)


def _place(url: str) -> str:
    """Host, and port where it is not the usual one. Raises ``Unfetched``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unfetched("not fetched: expected an address") from error
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise Unfetched("not fetched: expected an address that begins with https://")
    return parts.hostname if port in (None, HTTPS) else f"{parts.hostname}:{port}"


def _size(answer: Answer) -> int:
    return 1_000 + len(answer)
