"""Changing the keys file: keys made, replaced and revoked, whole or not at all.

Running services follow the file, see ``service.keys``.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from models.errors import UsageError
from service.tenants.auth import KeyFile, KeyState, Scope, StoredKey, new_key, read_keys


def create(file: Path, tenant: str, scopes: frozenset[Scope], now: datetime) -> str:
    """Make a key and add it to ``file``, which is made when absent; returns it.

    Like all here raises ``UsageError`` naming what is wrong; the file is then as it was.
    """
    key, kept = new_key(tenant, scopes, now)
    with _alone(file):
        _write(file, [*(read_keys(file) if file.exists() else []), kept])
    return key


def rotate(file: Path, name: str, grace: timedelta, now: datetime) -> str:
    """Make a key like that of the id ``name``, which expires after ``grace``, or when it was to
    before if that is sooner; returns the new one.
    """
    with _alone(file):
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
    with _alone(file):
        keys, old = _known(file, name)
        keys[name] = old.model_copy(update={"revoked": True})
        _write(file, list(keys.values()))
    return old


def _known(file: Path, name: str) -> tuple[dict[str, StoredKey], StoredKey]:
    keys = {key.id: key for key in read_keys(file)}
    if name not in keys:
        raise UsageError(f"{file}: expected the id of a key, found '{name[:80]}'; keys list them")
    return keys, keys[name]


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """While nobody else changes a keys file in that folder: of two changes at once none is lost."""
    try:
        folder = os.open(file.parent, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"{file}: cannot write the API keys: {error.strerror}") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(file: Path, keys: list[StoredKey]) -> None:
    """Replace the file, which keeps its permissions; a new one only its owner may read."""
    content = KeyFile(keys=keys).model_dump_json(indent=2, exclude_defaults=True)
    scratch: Path | None = None
    try:
        real = file.resolve()
        handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
        scratch = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(f"{content}\n")
            out.flush()
            os.fsync(out.fileno())
        if real.exists():
            scratch.chmod(real.stat().st_mode & 0o777)
        scratch.replace(real)
    except OSError as error:
        if scratch is not None:
            with suppress(OSError):
                scratch.unlink()
        raise UsageError(f"{file}: cannot write the API keys: {error.strerror}") from error
