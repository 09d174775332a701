"""What is taken for a credential: a compact token, JSON, or an image that one is baked into.

Nothing of it is believed here; it is only read, within bounds.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import orjson
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import OB3Verifier

from models.fields import PRINTABLE

MOST_BYTES: Final = 262_144
"""A credential as text may be so long, as Data Integrity proofs are checked of no longer one."""

MOST_DEPTH: Final = 64
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
FROM: Final = ("validFrom", "issuanceDate")
UNTIL: Final = ("validUntil", "expirationDate")
"""As version 2 of the data model of verifiable credentials has them, and as 1.1 had."""

PLAIN: Final = re.compile(PRINTABLE)
PNG: Final = b"\x89PNG\r\n\x1a\n"
ENVELOPED: Final = ("data:application/vc+jwt,", "data:application/jwt,")
BADGES: Final = frozenset({"AchievementCredential", "OpenBadgeCredential"})
RECORD: Final = "ClrCredential"
TAKEN: Final = BADGES | {RECORD}


class Unreadable(Exception):
    """Not a credential; the message says what was expected."""


class Form(StrEnum):
    """How a credential says who signed it."""

    JWT = "jwt"
    DATA_INTEGRITY = "data_integrity"
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Document:
    """One credential. ``claims`` is the credential as JSON, ``header`` and ``token`` are a JWT's
    (else empty).
    """

    form: Form
    claims: Mapping[str, Any]
    header: Mapping[str, Any]
    token: str = ""

    @property
    def types(self) -> frozenset[str]:
        return frozenset(each for each in listed(self.claims.get("type")) if isinstance(each, str))

    @property
    def is_badge(self) -> bool:
        """Whether it certifies an achievement."""
        return bool(self.types & BADGES)

    @property
    def is_record(self) -> bool:
        """Whether it is a CLR, which holds others."""
        return RECORD in self.types

    @property
    def id(self) -> str | None:
        return text(self.claims.get("id"))

    @property
    def issuer(self) -> str:
        """Whom it names as its issuer. Raises ``Unreadable``."""
        named = self.claims.get("issuer")
        found = text(named.get("id") if isinstance(named, dict) else named)
        if found is None:
            raise Unreadable("issuer: expected an id, as text of at most 512 characters")
        return found

    @property
    def issuer_name(self) -> str | None:
        named = self.claims.get("issuer")
        return words(named.get("name")) if isinstance(named, dict) else None

    @cached_property
    def valid_from(self) -> datetime | None:
        """From when on it holds. Raises ``Unreadable``."""
        moments = [*_written(self.claims, FROM), _stamped(self.claims, "nbf")]
        return max((each for each in moments if each is not None), default=None)

    @cached_property
    def valid_until(self) -> datetime | None:
        """Until when it holds. Raises ``Unreadable``."""
        moments = [*_written(self.claims, UNTIL), _stamped(self.claims, "exp")]
        return min((each for each in moments if each is not None), default=None)

    @property
    def subject(self) -> Mapping[str, Any]:
        """What it says of the learner. Raises ``Unreadable``."""
        found = listed(self.claims.get("credentialSubject"))
        if len(found) != 1 or not isinstance(found[0], dict):
            raise Unreadable("credentialSubject: expected one object")
        return found[0]


def read(body: bytes) -> Document:
    """The credential in a body, which may be an image. Raises ``Unreadable``."""
    try:
        if body.startswith(PNG):
            return carried(OB3Verifier.extract_token_from_png(body).encode())
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return carried(OB3Verifier.extract_token_from_svg(body).encode())
    except LibOpenBadgesException as error:
        raise Unreadable(f"no credential can be read from this image: {error}"[:300]) from error
    return carried(body)


def carried(written: bytes, kinds: Set[str] = TAKEN) -> Document:
    """The credential that is written there, of one of these ``kinds``. Raises ``Unreadable``."""
    if len(written) > MOST_BYTES:
        raise Unreadable(f"a credential may have at most {MOST_BYTES} bytes")
    written = written.strip()
    if written.startswith((b"{", b'"')):
        return of(parsed(written), kinds)
    return of(written.decode("ascii", "replace"), kinds)


def of(value: object, kinds: Set[str] = TAKEN) -> Document:
    """A credential from its token or its JSON. Raises ``Unreadable``."""
    if isinstance(value, dict):
        envelope = value.get("id")
        if "EnvelopedVerifiableCredential" in listed(value.get("type")) and isinstance(
            envelope, str
        ):
            for prefix in ENVELOPED:
                if envelope.startswith(prefix):
                    return of(envelope.removeprefix(prefix), kinds)
        found = Document(Form.DATA_INTEGRITY if "proof" in value else Form.UNSIGNED, value, {})
    elif isinstance(value, str) and TOKEN.fullmatch(value):
        header, payload, _ = value.split(".")
        found = Document(Form.JWT, _part(payload), _part(header), value)
    else:
        raise Unreadable("expected a credential as compact JWT or as a JSON object")
    if not found.types & kinds:
        raise Unreadable(f"type: expected one of {', '.join(sorted(kinds))}")
    return found


def listed(value: object) -> list[Any]:
    """What JSON-LD lets stand alone or in a list, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text(value: object) -> str | None:
    """Text that may be kept as an id."""
    return value if isinstance(value, str) and len(value) <= 512 and PLAIN.match(value) else None


def words(value: object) -> str | None:
    """Text that may be kept as a name, in one line."""
    return text(" ".join(value.split())) if isinstance(value, str) else None


def parsed(raw: bytes) -> Any:
    """JSON of which nothing is nested too deep. Raises ``Unreadable``."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"not valid JSON: {error}") from error
    level = [value]
    for _ in range(MOST_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return value
    raise Unreadable(f"JSON nested deeper than {MOST_DEPTH} levels")


def _part(encoded: str) -> Mapping[str, Any]:
    try:
        found = parsed(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except binascii.Error as error:
        raise Unreadable("not a compact JWT: a part of it is not Base64url") from error
    if not isinstance(found, dict):
        raise Unreadable("not a compact JWT: expected a JSON object in each of its parts")
    return found


def _written(claims: Mapping[str, Any], names: Sequence[str]) -> list[datetime | None]:
    return [_dated(claims, name) for name in names]


def _dated(claims: Mapping[str, Any], name: str) -> datetime | None:
    if (written := claims.get(name)) is None:
        return None
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(f"{name}: expected a date and time, as 2026-05-01T09:30:00Z") from None


def _stamped(claims: Mapping[str, Any], name: str) -> datetime | None:
    if (seconds := claims.get(name)) is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unreadable(f"{name}: expected seconds since 1970") from None
