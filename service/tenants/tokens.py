"""Widget tokens: what a browser may ask in place of a platform, for one learner on one site.

A token holds all that it allows and is signed; nothing of it is kept. It is its issuer's creature:
it ends with that, and never allows more than that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.tenants.auth import Scope
from service.tenants.seal import Seal

AUDIENCE: Final = "cairn:widget"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows: these ``scopes`` for this ``learner``, on pages of ``origin``, until
    ``expires_at`` (seconds since the epoch, a whole number). ``issuer`` is the id of the API key
    or of the LTI platform that it was made for.
    """

    tenant: str
    issuer: str
    learner: str
    origin: str
    scopes: frozenset[Scope]
    expires_at: int


async def issue(seal: Seal, grant: Grant) -> str:
    """The token for a grant. Raises ``StoreUnavailable`` as ``Seal`` does, like ``read``."""
    claims = {
        "sub": grant.learner,
        "exp": grant.expires_at,
        "tenant": grant.tenant,
        "issuer": grant.issuer,
        "origin": grant.origin,
        "scope": " ".join(sorted(grant.scopes)),
    }
    return await seal.put(AUDIENCE, claims)


async def read(seal: Seal, token: str) -> Grant | None:
    """What a token allows, or allowed: its end is for the caller to see. ``None`` when it was not
    made here.
    """
    claims = await seal.open(AUDIENCE, token)
    if claims is None:
        return None
    return Grant(
        tenant=claims["tenant"],
        issuer=claims["issuer"],
        learner=claims["sub"],
        origin=claims["origin"],
        scopes=frozenset(map(Scope, claims["scope"].split())),
        expires_at=claims["exp"],
    )
