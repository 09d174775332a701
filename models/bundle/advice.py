"""What the system is told of mapped files."""

from __future__ import annotations

import ctypes
import mmap
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

MAPS: Final = Path("/proc/self/maps")
"""What this process has mapped, on Linux: bounds, four fields, and a path if it is a file."""

AT_ONCE: Final = 2**20
"""Of what is asked for at once the system may fetch no more than it usually reads ahead."""


def read_by_chance(folder: Path) -> None:
    """Tell the system that what is mapped of the files in ``folder`` is read here and there.

    It then fetches the page that is asked for and not what lies around it, on some machines
    megabytes, for which others would have to go where memory is short. Indexes, which every answer
    reads, are fetched from end to end before, should there have been no room for them while all
    else was read. What was mapped so far is let go, for much of it is read only once. Advice that
    is not taken does no harm; elsewhere than on Linux nothing is told.
    """
    if not MAPS.exists():
        return
    for path in folder.rglob("*.faiss"):
        with suppress(OSError), path.open("rb") as index:
            for start in range(0, path.stat().st_size, AT_ONCE):
                os.posix_fadvise(index.fileno(), start, AT_ONCE, os.POSIX_FADV_WILLNEED)
    inside, system = f"{folder.resolve()}/", ctypes.CDLL(None)
    for line in MAPS.read_text().splitlines():
        fields = line.split(maxsplit=5)
        if fields[-1].startswith(inside):
            start, end = (int(bound, 16) for bound in fields[0].split("-"))
            kinds = [mmap.MADV_RANDOM]
            if "w" not in fields[1]:  # of what was written the file knows nothing
                kinds.append(mmap.MADV_DONTNEED)
            for kind in kinds:
                system.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), kind)
