"""Signed tokens (RFC 7519), the one door to ``joserfc``: which algorithms and keys count, and what
is said of a token that is not one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

SHARED: Final = ("HS256",)
"""With a secret that both who signs and who checks know."""

PAIRED: Final = ("RS256",)
"""With a private key, whose public half everybody may know."""

LEAST: Final = 342
"""Characters of the modulus of an RSA key of 2048 bits in Base64url."""

SecretKey: TypeAlias = OctKey
PrivateKey: TypeAlias = RSAKey
PublicKeys: TypeAlias = KeySet


class Unsigned(Exception):
    """Not a token, or not signed with the key."""


class Unmeant(Exception):
    """A token for something else; ``claim`` says by what one sees it."""

    def __init__(self, claim: str) -> None:
        super().__init__(claim)
        self.claim = claim


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


def new_private_key() -> str:
    """A private key as JSON, to be kept."""
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": PAIRED[0]}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def private_key(kept: str) -> PrivateKey:
    """A key that was kept."""
    return RSAKey.import_key(json.loads(kept))


def public_half(key: PrivateKey) -> dict[str, Any]:
    """What everybody may know of it, as a key set (RFC 7517)."""
    return {"keys": [key.as_dict(private=False)]}


def signed_by(claims: Mapping[str, Any], key: PrivateKey) -> str:
    """The ``claims`` (JSON-ready) as a token that holders of the public half can check."""
    return jwt.encode({"alg": PAIRED[0], "kid": key.kid}, dict(claims), key, PAIRED)


def public_keys(document: object) -> PublicKeys:
    """The keys of a key set that may sign: RSA, of 2048 bits and more. Raises ``Unsigned`` where
    there is none.
    """
    try:
        match document:
            case {"keys": [*keys]}:
                fit = [each for each in keys if _fits(each)]
                return KeySet.import_key_set({"keys": fit})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Unsigned from error
    raise Unsigned


def _fits(key: object) -> bool:
    match key:
        case {"kty": "RSA", "use": other} if other != "sig":
            return False
        case {"kty": "RSA", "n": str(modulus), "e": str()}:
            return len(modulus) >= LEAST
    return False


def holds(keys: PublicKeys, token: str) -> bool:
    """Whether what a token names as its key is among ``keys``. Raises ``Unsigned``."""
    try:
        name = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise Unsigned from error
    return (name is None and len(keys.keys) == 1) or any(each.kid == name for each in keys)


def checked(
    token: str, keys: PublicKeys, at: float, leeway: int, **expected: str
) -> dict[str, Any]:
    """What a token says that was signed with one of ``keys``, holds ``at`` that moment (give or
    take ``leeway`` seconds) and has the claims ``expected``. Raises ``Unsigned`` or ``Unmeant``.
    """
    try:
        claims = jwt.decode(token, keys, PAIRED).claims
    except (JoseError, ValueError, TypeError) as error:
        raise Unsigned from error
    wanted: dict[str, jwt.ClaimsOption] = {
        name: {"essential": True, "value": value} for name, value in expected.items()
    }
    timed: jwt.ClaimsOption = {"essential": True}
    registry = jwt.JWTClaimsRegistry(int(at), leeway, exp=timed, iat=timed, **wanted)
    try:
        registry.validate(claims)
    except JoseError as error:
        raise Unmeant(str(getattr(error, "claim", None) or "exp")) from error
    return claims


def public_pem(key: Mapping[str, Any]) -> str:
    """A public key (RFC 7517) that certifies, as PEM. Raises ``Unsigned``."""
    try:
        match key:
            case {"d": _}:
                raise Unsigned
            case {"kty": "RSA"} if _fits(key):
                return RSAKey.import_key(dict(key)).as_pem(private=False).decode()
            case {"kty": "EC", "crv": "P-256" | "P-384"}:
                return ECKey.import_key(dict(key)).as_pem(private=False).decode()
            case {"kty": "OKP", "crv": "Ed25519"}:
                return OKPKey.import_key(dict(key)).as_pem(private=False).decode()
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Unsigned from error
    raise Unsigned
