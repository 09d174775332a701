"""Names that nothing else has."""

from __future__ import annotations

import os
from random import Random

_DRAWN = Random()  # noqa: S311 - seeded by the system; these names tell things apart, and guard nothing
os.register_at_fork(after_in_child=_DRAWN.seed)


def fresh() -> str:
    """32 hexadecimal digits by chance; to ask the system for each takes many times as long."""
    return f"{_DRAWN.getrandbits(128):032x}"
