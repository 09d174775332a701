"""Only one run at a time in a folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from models.errors import Busy

LOCK: Final = "retrain.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock while the block runs.

    The system lets go of it when its holder ends, however that ends: one that died holds nothing
    up. Raises ``Busy`` with the holder's process id while another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 20, 0).decode().strip() or "another process"
            raise Busy(f"{folder}: process {holder} retrains already") from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
