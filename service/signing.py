"""Signed tokens (RFC 7519), the one door to ``joserfc``: which algorithms count, and what is said
of a token that is not one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

SecretKey: TypeAlias = OctKey

SHARED: Final = ("HS256",)
"""With a secret that both who signs and who checks know."""


class Unsigned(Exception):
    """Not a token, or not signed with the key."""


def secret_key(secret: str) -> SecretKey:
    """The key that a secret is."""
    return OctKey.import_key(secret.encode())


def signed(claims: Mapping[str, Any], key: SecretKey) -> str:
    """The ``claims`` (JSON-ready) as a token that only holders of the ``key`` can make."""
    return jwt.encode({"alg": SHARED[0]}, dict(claims), key, SHARED)


def claims_of(token: str, key: SecretKey) -> dict[str, Any]:
    """What a token says, whether or not it still holds. Raises ``Unsigned``."""
    try:
        return jwt.decode(token, key, SHARED).claims
    except (JoseError, ValueError) as error:
        raise Unsigned from error
