"""Changing the keys file: keys made, replaced and revoked, whole or not at all.

Running services follow the file, see ``service.keys``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from models.errors import UsageError
from service.changing import alone, replace
from service.tenants.auth import KeyFile, KeyState, Scope, StoredKey, new_key, read_keys

WHAT: Final = "API keys"


def create(file: Path, tenant: str, scopes: frozenset[Scope], now: datetime) -> str:
    """Make a key and add it to ``file``, which is made when absent; returns it.

    Like all here raises ``UsageError`` naming what is wrong; the file is then as it was.
    """
    key, kept = new_key(tenant, scopes, now)
    with alone(file, WHAT):
        _write(file, [*(read_keys(file) if file.exists() else []), kept])
    return key


def rotate(file: Path, name: str, grace: timedelta, now: datetime) -> str:
    """Make a key like that of the id ``name``, which expires after ``grace``, or when it was to
    before if that is sooner; returns the new one.
    """
    with alone(file, WHAT):
        keys, old = _known(file, name)
        state = old.state(now.timestamp())
        if not old.usable(now.timestamp()):
            raise UsageError(f"{file}: the key '{name}' is {state}; create a new one instead")
        key, kept = new_key(old.tenant, old.scopes, now)
        until = now + grace
        if state is KeyState.EXPIRING and old.expires_at is not None:
            until = min(until, old.expires_at)
        keys[name] = old.model_copy(update={"expires_at": until})
        _write(file, [*keys.values(), kept])
    return key


def revoke(file: Path, name: str) -> StoredKey:
    """Let nobody in with the key of the id ``name`` any more; returns what was kept of it."""
    with alone(file, WHAT):
        keys, old = _known(file, name)
        keys[name] = old.model_copy(update={"revoked": True})
        _write(file, list(keys.values()))
    return old


def _known(file: Path, name: str) -> tuple[dict[str, StoredKey], StoredKey]:
    keys = {key.id: key for key in read_keys(file)}
    if name not in keys:
        raise UsageError(f"{file}: expected the id of a key, found '{name[:80]}'; keys list them")
    return keys, keys[name]


def _write(file: Path, keys: list[StoredKey]) -> None:
    replace(file, KeyFile(keys=keys).model_dump_json(indent=2, exclude_defaults=True), WHAT)
