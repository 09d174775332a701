"""API keys: who asks, for which tenant, and what they may do.

A key reads ``cairn_ID_SECRET``. Only the SHA-256 of the whole key is kept: the secret is
256 random bits, so a fast hash is enough and nothing can be guessed back from it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from models.errors import UsageError

TenantName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class Scope(StrEnum):
    """What a key allows."""

    RECOMMEND = "recommend"
    EVENTS = "events"
    LEARNERS = "learners"
    ADMIN = "admin"


class StoredKey(BaseModel):
    """One key as the keys file holds it; ``sha256`` is the hex digest of the whole key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{4,32}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    tenant: TenantName
    scopes: frozenset[Scope]


class KeyFile(BaseModel):
    """The keys file: ``{"keys": [...]}``."""

    model_config = ConfigDict(extra="forbid")

    keys: list[StoredKey]


class Keyring:
    """The keys a process accepts."""

    def __init__(self, keys: list[StoredKey]) -> None:
        self._keys = {key.id: key for key in keys}

    def find(self, presented: str) -> StoredKey | None:
        """The key behind a presented secret, or ``None``; the compare takes constant time."""
        _, _, rest = presented.partition("_")
        known = self._keys.get(rest.partition("_")[0])
        digest = _digest(presented)
        if known is not None and hmac.compare_digest(known.sha256, digest):
            return known
        return None


def new_key(tenant: str, scopes: frozenset[Scope]) -> tuple[str, StoredKey]:
    """A fresh key and what to store of it; the first is to be shown once and forgotten."""
    name = secrets.token_hex(4)
    key = f"cairn_{name}_{secrets.token_urlsafe(32)}"
    return key, stored(key, tenant, scopes)


def parse_scopes(text: str) -> frozenset[Scope]:
    """Scopes by name, with commas between them. Raises ``UsageError`` for an unknown one."""
    try:
        return frozenset(Scope(name.strip()) for name in text.split(","))
    except ValueError as error:
        raise UsageError(f"{error}: expected some of {', '.join(Scope)}") from error


def stored(key: str, tenant: str, scopes: frozenset[Scope]) -> StoredKey:
    """What is kept of ``key``. Raises ``UsageError`` when it or ``tenant`` is not of the form."""
    parts = key.split("_", 2)
    if len(parts) != 3 or parts[0] != "cairn" or len(parts[2]) < 32:
        raise UsageError("an API key reads cairn_ID_SECRET, its secret at least 32 characters")
    try:
        return StoredKey(id=parts[1], sha256=_digest(key), tenant=tenant, scopes=scopes)
    except ValidationError as error:
        raise UsageError(f"this API key cannot be: {_first(error)}") from error


def load_keyring(keys_file: Path | None, demo_key: str | None) -> Keyring:
    """The keys of ``keys_file``, and ``demo_key`` with every scope for the tenant ``demo``.

    Raises ``UsageError`` naming the file and what is wrong in it.
    """
    keys = [] if keys_file is None else _read(keys_file)
    if demo_key is not None:
        keys.append(stored(demo_key, "demo", frozenset(Scope)))
    return Keyring(keys)


def add_key(keys_file: Path, key: StoredKey) -> None:
    """Add a key to ``keys_file``, which is made when absent and replaced whole.

    Raises ``UsageError`` as ``load_keyring`` does; the file is then as it was.
    """
    keys = _read(keys_file) if keys_file.exists() else []
    content = KeyFile(keys=[*keys, key]).model_dump_json(indent=2)
    scratch = keys_file.with_name(f".{keys_file.name}.{key.id}")
    try:
        scratch.touch(mode=0o600)
        scratch.write_text(f"{content}\n", "utf-8")
        scratch.replace(keys_file)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink()
        raise UsageError(f"{keys_file}: cannot write the API keys: {error.strerror}") from error


def _read(keys_file: Path) -> list[StoredKey]:
    try:
        return KeyFile.model_validate_json(keys_file.read_bytes()).keys
    except OSError as error:
        raise UsageError(f"{keys_file}: cannot read the API keys: {error.strerror}") from error
    except ValidationError as error:
        raise UsageError(f"{keys_file}: not a file of API keys: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    place = "/".join(str(step) for step in first["loc"])
    return f"{place or 'the whole file'}: {first['msg']}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
