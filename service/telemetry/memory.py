"""How much memory this process takes, and how much of that nobody shares with it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROLLUP: Final = Path("/proc/self/smaps_rollup")
KINDS: Final = {"Rss": "resident", "Pss": "proportional", "Private_Dirty": "own"}


def memory() -> dict[str, int]:
    """Bytes by kind; empty where the system does not tell (anything but Linux).

    ``resident``: pages in memory, shared ones included. ``proportional``: each shared page
    divided by the processes that share it, so that sums over workers are right. ``own``: pages
    that this process has written and that nobody shares, which is what one more worker costs.
    """
    try:
        lines = ROLLUP.read_text().splitlines()[1:]
    except OSError:
        return {}
    fields = (line.split() for line in lines)
    return {
        KINDS[name]: 1024 * int(kilobytes)
        for head, kilobytes, *_ in fields
        if (name := head.rstrip(":")) in KINDS
    }
