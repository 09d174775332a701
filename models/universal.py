"""Universal identifiers (UUIDs) at the end of ids, by which a thing is the same whatever address
stands around them: a CTID of the Credential Registry, an identifier of CASE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/?$", re.IGNORECASE)


class Universal:
    """Which of some ``ids``, in row order, ends in which; looked at when first asked for."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = ids

    @cached_property
    def _rows(self) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for row, external in enumerate(self._ids):
            if (name := _of(external)) is not None:
                found[name] = None if name in found else row
        return found

    def row(self, external: str) -> int | None:
        """The one row whose id ends as ``external`` does; ``None`` for none or several."""
        name = _of(external)
        return None if name is None else self._rows.get(name)


def _of(external: str) -> str | None:
    found = _UUID.search(external)
    return None if found is None else found[0].rstrip("/").lower()
