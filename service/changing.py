"""Changing a small file that running services follow: whole or not at all, one at a time."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import UsageError


@contextmanager
def alone(file: Path, what: str) -> Iterator[None]:
    """While nobody else changes a file in that folder: of two changes at once none is lost.
    Raises ``UsageError``, as ``replace`` does, where the file of ``what`` cannot be written.
    """
    try:
        folder = os.open(file.parent, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"{file}: cannot write the {what}: {error.strerror}") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def replace(file: Path, content: str, what: str) -> None:
    """Put ``content`` in its place; it keeps its permissions, a new one only its owner may read."""
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
        raise UsageError(f"{file}: cannot write the {what}: {error.strerror}") from error
