"""Whether the spool changed since one looked, known to all workers of a host without a look."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Final

SIZE: Final = 8


class Changes:
    """A few bytes in ``file``, shared by whoever opens it: others after each change, by chance, so
    that two who change at once need not know of each other. Raises ``OSError``.
    """

    def __init__(self, file: Path) -> None:
        opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(opened).st_size < SIZE:
                # Written now, and not when the disk is full: what is mapped cannot be refused then.
                os.pwrite(opened, os.urandom(SIZE), 0)
            self._shared = mmap.mmap(opened, SIZE)
        finally:
            os.close(opened)

    def now(self) -> bytes:
        """What tells a state from those before; to be taken before one looks."""
        return self._shared[:]

    def note(self) -> None:
        """There was a change; to be said before anybody is told that it is done."""
        self._shared[:] = os.urandom(SIZE)

    def close(self) -> None:
        """Let go of the file."""
        self._shared.close()
