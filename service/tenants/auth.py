"""API keys: who asks, for which tenant, and what they may do.

A key reads ``cairn_ID_SECRET``. Only the SHA-256 of the whole key is kept: the secret is
256 random bits, so a fast hash is enough and nothing can be guessed back from it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
)

from models.errors import UsageError

TenantName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]

PREFIX: Final = "cairn_"
"""What every key begins with, and no token."""

NOBODY: Final = "0" * 64
"""Compared with where there is no key of an id, so that its absence takes as long as a mistake."""


class Scope(StrEnum):
    """What a key allows."""

    RECOMMEND = "recommend"
    EVENTS = "events"
    LEARNERS = "learners"
    ADMIN = "admin"


class KeyState(StrEnum):
    """What becomes of a request with a key: of these the first two are let in."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"


class StoredKey(BaseModel):
    """One key as the keys file holds it; ``sha256`` is the hex digest of the whole key.

    A key that is ``revoked``, or that expired, stays in the file: what it was remains known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{4,32}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    tenant: TenantName
    scopes: frozenset[Scope]
    created_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    revoked: bool = False

    def state(self, at: float) -> KeyState:
        """Its state at a moment (seconds since the epoch)."""
        if self.revoked:
            return KeyState.REVOKED
        if self.expires_at is None:
            return KeyState.ACTIVE
        return KeyState.EXPIRING if at < self.expires_at.timestamp() else KeyState.EXPIRED

    def usable(self, at: float) -> bool:
        """Whether it lets anybody in."""
        return self.state(at) in (KeyState.ACTIVE, KeyState.EXPIRING)


def _each_once(keys: list[StoredKey]) -> list[StoredKey]:
    [(name, times)] = Counter(key.id for key in keys).most_common(1) or [("", 1)]
    if times > 1:
        raise ValueError(f"expected each id once, found '{name}' {times} times")
    return keys


class KeyFile(BaseModel):
    """The keys file: ``{"keys": [...]}``."""

    model_config = ConfigDict(extra="forbid")

    keys: Annotated[list[StoredKey], AfterValidator(_each_once)]


class Keyring:
    """The keys a process knows, and the tenants that any of them, valid or not, belongs to."""

    def __init__(self, keys: Sequence[StoredKey]) -> None:
        self._keys = {key.id: key for key in keys}
        self.tenants = frozenset(key.tenant for key in keys)

    def find(self, presented: str) -> StoredKey | None:
        """The key behind a presented secret, or ``None``; whether it is usable is not looked at.

        Nothing tells by its time a key of an unknown id from a known id with a wrong secret.
        """
        _, _, rest = presented.partition("_")
        known = self._keys.get(rest.partition("_")[0])
        kept = NOBODY if known is None else known.sha256
        return known if hmac.compare_digest(kept, _digest(presented)) else None

    def named(self, name: str) -> StoredKey | None:
        """The key of an id; for those who need not present it, because it vouched for them."""
        return self._keys.get(name)


def new_key(
    tenant: str, scopes: frozenset[Scope], created_at: datetime | None = None
) -> tuple[str, StoredKey]:
    """A fresh key and what to store of it; the first is to be shown once and forgotten."""
    name = secrets.token_hex(4)
    key = f"{PREFIX}{name}_{secrets.token_urlsafe(32)}"
    return key, stored(key, tenant, scopes, created_at)


def parse_scopes(text: str) -> frozenset[Scope]:
    """Scopes by name, with commas between them. Raises ``UsageError`` for an unknown one."""
    try:
        return frozenset(Scope(name.strip()) for name in text.split(","))
    except ValueError as error:
        raise UsageError(f"{error}: expected some of {', '.join(Scope)}") from error


def stored(
    key: str, tenant: str, scopes: frozenset[Scope], created_at: datetime | None = None
) -> StoredKey:
    """What is kept of ``key``. Raises ``UsageError`` when it or ``tenant`` is not of the form."""
    parts = key.split("_", 2)
    if len(parts) != 3 or parts[0] != "cairn" or len(parts[2]) < 32:
        raise UsageError("an API key reads cairn_ID_SECRET, its secret at least 32 characters")
    try:
        return StoredKey(
            id=parts[1], sha256=_digest(key), tenant=tenant, scopes=scopes, created_at=created_at
        )
    except ValidationError as error:
        raise UsageError(f"this API key cannot be: {first_fault(error)}") from error


def load_keyring(keys_file: Path | None, demo_key: str | None) -> Keyring:
    """The keys of ``keys_file``, and ``demo_key`` with every scope for the tenant ``demo``.

    Raises ``UsageError`` naming the file and what is wrong in it.
    """
    keys = [] if keys_file is None else read_keys(keys_file)
    return Keyring(keys if demo_key is None else [*keys, demo(demo_key)])


def demo(key: str) -> StoredKey:
    """What is kept of a demo key."""
    return stored(key, "demo", frozenset(Scope))


def read_keys(keys_file: Path) -> list[StoredKey]:
    """The keys in a file. Raises ``UsageError`` naming it and what is wrong in it."""
    try:
        return KeyFile.model_validate_json(keys_file.read_bytes()).keys
    except OSError as error:
        raise UsageError(f"{keys_file}: cannot read the API keys: {error.strerror}") from error
    except ValidationError as error:
        raise UsageError(f"{keys_file}: not a file of API keys: {first_fault(error)}") from error


def first_fault(error: ValidationError) -> str:
    """Where in a file something is wrong, and what."""
    first = error.errors()[0]
    place = "/".join(str(step) for step in first["loc"])
    return f"{place or 'the whole file'}: {first['msg']}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
