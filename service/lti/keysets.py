"""The keys that platforms sign with, fetched where their registration says; the one door to
``httpx``.

Only addresses that an operator registered are asked, never one that a request names. What comes
back is bounded in time and size, and no answer leads elsewhere.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx
import orjson

from service import signing
from service.lti.platforms import Platform

PATIENCE: Final = 5.0
"""Seconds for a whole fetch."""

MOST_BYTES: Final = 262_144
KEEP: Final = 3_600.0
"""Seconds that keys are used before they are fetched again: so long may one live on that a platform
took back.
"""

AGAIN: Final = 60.0
"""Seconds before a token that names an unknown key, or a fetch that failed, leads to another."""

PLAIN: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


class KeysUnavailable(Exception):
    """The keys of a platform cannot be had."""


@dataclass(slots=True)
class _Kept:
    keys: signing.PublicKeys | None
    at: float


class KeySets:
    """Keys by platform; ``now`` is the clock, seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[str, _Kept] = {}
        self._one: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, platform: Platform, token: str) -> signing.PublicKeys:
        """The platform's keys, as new as it takes for the one that ``token`` names to be among
        them. Raises ``KeysUnavailable``, and ``signing.Unsigned`` for what is no token.
        """
        if platform.jwks_url is None:
            return signing.public_keys(platform.jwks)
        async with self._one[platform.jwks_url]:
            kept, now = self._kept.get(platform.jwks_url), self._now()
            if kept is None or self._outdated(kept, now, token):
                try:
                    keys = await _fetched(platform.jwks_url)
                except KeysUnavailable:
                    self._kept[platform.jwks_url] = _Kept(None, now)
                    raise
                kept = self._kept[platform.jwks_url] = _Kept(keys, now)
        if kept.keys is None:
            raise KeysUnavailable("they could not be fetched a moment ago")
        return kept.keys

    def _outdated(self, kept: _Kept, now: float, token: str) -> bool:
        age = now - kept.at
        if age < AGAIN:
            return False
        return age >= KEEP or kept.keys is None or not signing.holds(kept.keys, token)


async def _fetched(url: str) -> signing.PublicKeys:
    body = bytearray()
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client,
            client.stream("GET", url, headers=PLAIN) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise KeysUnavailable(f"the answer was {response.status_code}")
            async for part in response.aiter_raw():
                body += part
                if len(body) > MOST_BYTES:
                    raise KeysUnavailable("the answer is too large")
        return signing.public_keys(orjson.loads(body))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
        raise KeysUnavailable(f"they cannot be fetched: {type(error).__name__}") from error
    except signing.Unsigned:
        raise KeysUnavailable("there is no RSA key of 2048 bits or more among them") from None
