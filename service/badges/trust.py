"""Whom a tenant trusts to certify, and whom it lets be asked: from the tenants file.

.. code-block:: toml

    [tenants.acme.badges]
    hosts = ["badges.example.edu"]

    [[tenants.acme.badges.issuers]]
    id = "https://example.edu/issuer"
    keys = [{kty = "OKP", crv = "Ed25519", x = "…"}]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from service import signing


@dataclass(frozen=True, slots=True)
class Key:
    """A public key as PEM; ``name`` is what documents may call it by, if it has one."""

    pem: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """The ``issuers`` that are trusted, by id, each with the keys that are known of it without
    asking, and the ``hosts`` that may be asked.
    """

    issuers: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()

    def beside(self, issuer: str) -> Self:
        """The same, with one issuer more, whose id is its key."""
        return replace(self, issuers={**self.issuers, issuer: ()})


def key(jwk: Mapping[str, object]) -> Key:
    """A key as a tenants file has it (RFC 7517). Raises ``ValueError``."""
    try:
        pem = signing.public_pem(jwk)
    except signing.Unsigned:
        raise ValueError(
            "expected a public key to sign with: OKP Ed25519, EC P-256 or P-384, "
            "or RSA of 2048 bits or more, and nothing secret"
        ) from None
    name = jwk.get("kid")
    return Key(pem, name if isinstance(name, str) else None)
