"""Widget tokens: what a browser may ask in place of a platform, for one learner on one site.

A token holds all that it allows and is signed; nothing of it is kept. It is the issuing key's
creature: it ends with that key, and never allows more than that key does.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from service import signing
from service.chores import repeated
from service.store import Store
from service.tenants.auth import Scope

AUDIENCE: Final = "cairn:widget"
"""Tells these tokens from whatever else may be signed with the same secret."""

KEPT_AT: Final = "cairn:token-secret"
"""Where the store keeps the secret."""

LOOK: Final = 60.0
"""Seconds between two looks at the secret in the store."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows: these ``scopes`` for this ``learner``, on pages of ``origin``, until
    ``expires_at`` (seconds since the epoch, a whole number). ``key`` is the id of who issued it.
    """

    tenant: str
    key: str
    learner: str
    origin: str
    scopes: frozenset[Scope]
    expires_at: int


class Tokens:
    """Makes and reads tokens with the secret ``given``, or without one with the secret that the
    ``store`` keeps for all processes, made by whichever of them comes first.

    A process that has met the store once needs it no more.
    """

    def __init__(self, store: Store, given: str | None) -> None:
        self._store = store
        self._secret = secrets.token_urlsafe(32) if given is None else given
        self._key: signing.SecretKey | None = None if given is None else signing.secret_key(given)

    async def issue(self, grant: Grant) -> str:
        """The token for a grant. Raises ``StoreUnavailable``, as ``read`` does, while the store
        that has the secret was never met.
        """
        claims = {
            "aud": AUDIENCE,
            "sub": grant.learner,
            "exp": grant.expires_at,
            "tenant": grant.tenant,
            "key": grant.key,
            "origin": grant.origin,
            "scope": " ".join(sorted(grant.scopes)),
        }
        return signing.signed(claims, self._key or await self._learn())

    async def read(self, token: str) -> Grant | None:
        """What a token allows, or allowed: its end is for the caller to see. ``None`` when it was
        not made here.
        """
        try:
            claims = signing.claims_of(token, self._key or await self._learn())
        except signing.Unsigned:
            return None
        if claims.get("aud") != AUDIENCE:
            return None
        return Grant(
            tenant=claims["tenant"],
            key=claims["key"],
            learner=claims["sub"],
            origin=claims["origin"],
            scopes=frozenset(map(Scope, claims["scope"].split())),
            expires_at=claims["exp"],
        )

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
