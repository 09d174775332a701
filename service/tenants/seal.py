"""What leaves the service to come back unchanged: signed with a secret that its processes share.

Each purpose has an audience of its own, so that nothing made for one passes for another.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from service import signing
from service.chores import repeated
from service.store import Store

KEPT_AT: Final = "cairn:token-secret"
"""Where the store keeps the secret."""

LOOK: Final = 60.0
"""Seconds between two looks at it."""


class Seal:
    """The secret ``given``, or without one that which the ``store`` keeps for all processes, made
    by whichever of them comes first. A process that has met the store once needs it no more.
    """

    def __init__(self, store: Store, given: str | None) -> None:
        self._store = store
        self._secret = secrets.token_urlsafe(32) if given is None else given
        self._key = None if given is None else signing.secret_key(given)

    async def put(self, audience: str, claims: Mapping[str, Any]) -> str:
        """The ``claims`` (JSON-ready) under the seal. Raises ``StoreUnavailable``, as ``open``
        does, while the store that has the secret was never met.
        """
        return signing.signed({**claims, "aud": audience}, self._key or await self._learn())

    async def open(self, audience: str, sealed: str) -> dict[str, Any] | None:
        """What was put under it for that audience, or ``None``."""
        try:
            claims = signing.claims_of(sealed, self._key or await self._learn())
        except signing.Unsigned:
            return None
        return claims if claims.get("aud") == audience else None

    async def keep_learning(self) -> None:
        """Follow the store's secret, and give it back to a store that lost it; ends only when
        cancelled.
        """
        await repeated(self._learn, LOOK, "the secret of widget tokens could not be read")

    async def _learn(self) -> signing.SecretKey:
        kept: bytes = await self._store.run("secret", [KEPT_AT], [self._secret])
        self._secret = kept.decode()
        self._key = signing.secret_key(self._secret)
        return self._key
