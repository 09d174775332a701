"""What renewing a credential asks for, as its ``quality`` keeps it under ``renewal``: stated facts,
never a condition that anything is planned by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

KEY: Final = "renewal"
HIDDEN: Final = "A credential that is not shown here"
DEEPEST: Final = 32
"""Ways within ways are read so deep."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """One condition of renewal: all of its ``words``, ``credentials`` (ids, ``None`` for one that
    is hidden), ``skills`` (ids) and ``credits`` (``value`` or ``min`` and ``max``, ``unit``,
    ``level``), and one of ``any_of``. ``cost`` in ``currency`` is what it takes, if known.
    """

    name: str | None
    words: tuple[str, ...]
    credentials: tuple[str | None, ...]
    skills: tuple[str, ...]
    credits: tuple[dict[str, Any], ...]
    cost: float | None
    currency: str | None
    any_of: tuple[Renewal, ...]


def renewals(quality: Any, depth: int = DEEPEST) -> tuple[Renewal, ...]:
    """The conditions that a credential's ``quality`` states, all of which are asked for; what is
    written in another form than that of ``Renewal`` is passed over.
    """
    return tuple(_renewal(each, depth) for each in _each(quality, KEY, dict))


def _renewal(told: dict[str, Any], depth: int) -> Renewal:
    ways = _each(told, "any_of", dict) if depth else []
    cost, currency, name = told.get("cost"), told.get("currency"), told.get("name")
    return Renewal(
        name=name if isinstance(name, str) else None,
        words=tuple(_each(told, "words", str)),
        credentials=tuple(_each(told, "credentials", str | None)),
        skills=tuple(_each(told, "skills", str)),
        credits=tuple(_each(told, "credits", dict)),
        cost=cost if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
        currency=currency if isinstance(currency, str) else None,
        any_of=tuple(_renewal(each, depth - 1) for each in ways),
    )


def _each(told: Any, name: str, kind: Any) -> list[Any]:
    found = told.get(name) if isinstance(told, dict) else None
    return [each for each in found if isinstance(each, kind)] if isinstance(found, list) else []


def without(quality: Any, hides: Callable[[str], bool]) -> Any:
    """A ``quality`` in which credentials of a renewal that are hidden are ``None``: left out, they
    would seem not to be asked for.
    """
    if not isinstance(quality, dict):
        return quality
    return {n: _without(part, hides) if n == KEY else part for n, part in quality.items()}


def _without(told: Any, hides: Callable[[str], bool]) -> Any:
    match told:
        case list():
            return [_without(each, hides) for each in told]
        case dict():
            return {
                name: [None if isinstance(each, str) and hides(each) else each for each in part]
                if name == "credentials" and isinstance(part, list)
                else _without(part, hides)
                for name, part in told.items()
            }
    return told
