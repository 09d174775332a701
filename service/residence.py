"""How much of its bundle's files a process keeps mapped, and giving it back.

A page of a file that is touched once counts as memory of the process until the system needs it
for something else; where it maps whole runs of pages at one touch, a catalogue of millions is
soon counted in full. What is given back stays in the system's cache: touched again, it is mapped
again in microseconds.
"""

from __future__ import annotations

import asyncio
import ctypes
import mmap
import re
from pathlib import Path
from typing import Final

MOST: Final = 1_792 * 2**20
"""Bytes of mapped files that a process may keep."""

LOOK: Final = 0.02
"""Seconds between two looks at how many they are: less than an answer takes where they are many."""

LARGE: Final = 2**20
"""Smaller mappings are left alone."""

MAPPED: Final = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) r--[sp] .* (?:/\S.*)\.(?:npy|faiss)$", re.MULTILINE
)
"""In ``/proc/self/maps``, a bundle's array or index that can only be read."""

STATM: Final = Path("/proc/self/statm")
MAPS: Final = Path("/proc/self/maps")


async def keep_small(most: int = MOST) -> None:
    """Give back what is mapped whenever it is more than ``most`` bytes; ends when cancelled, and
    at once where the system does not tell (anything but Linux).
    """
    while STATM.exists() and hasattr(mmap, "MADV_DONTNEED"):
        if mapped() > most:
            await asyncio.to_thread(give_back)
        await asyncio.sleep(LOOK)


def mapped() -> int:
    """Bytes of files that this process has mapped and touched."""
    return int(STATM.read_bytes().split()[2]) * mmap.PAGESIZE


def give_back() -> None:
    """Forget all touched pages of arrays and indexes: nothing of them was ever written, so they
    are the same when they come back, also for who reads them this moment.
    """
    libc = ctypes.CDLL(None)
    for begin, end in MAPPED.findall(MAPS.read_text()):
        start, size = int(begin, 16), int(end, 16) - int(begin, 16)
        if size >= LARGE:
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), mmap.MADV_DONTNEED)
