"""Nested settings and figures as the flat names and values that a tracking store holds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

UNNAMED: Final = re.compile(r"[^\w\-. :/]")
"""What no name may hold."""


def name_of(path: str) -> str:
    """``ndcg@10`` is ``ndcg_at_10``; what else no name may hold is an underscore."""
    return UNNAMED.sub("_", path.replace("@", "_at_"))


def flat(figures: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Numbers by path; a list of two is a ``low`` and a ``high``. What is unknown is left out."""
    for name, value in figures.items():
        match value:
            case Mapping():
                yield from flat(value, f"{prefix}{name}/")
            case [low, high]:
                yield from flat({"low": low, "high": high}, f"{prefix}{name}/")
            case int() | float() if math.isfinite(value):
                yield name_of(f"{prefix}{name}"), float(value)


def plain(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Settings as text by path."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from plain(value, f"{prefix}{name}/")
        else:
            yield name_of(f"{prefix}{name}"), str(value)
