"""How high a result is, 0..1, as its description has it; unknown stays unknown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from models.domain import LEVELS
from service.badges.documents import listed

UNDONE: Final = frozenset({"Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"})
"""A result of such a status certifies nothing yet, or no more."""

PERCENT: Final = "Percent"


def undone(result: Mapping[str, Any]) -> bool:
    """Whether nothing was achieved by it."""
    return any(isinstance(each, str) and each in UNDONE for each in listed(result.get("status")))


def level(result: Mapping[str, Any], description: Mapping[str, Any]) -> float | None:
    """The level of a result: by the rubric's level that was achieved, by where its value lies
    between the least and the most, or by its place among the allowed values, which go from low to
    high. A name of ours (``models.domain.LEVELS``) is its own level.
    """
    rubric = rubric_level(result, description)
    if rubric is not None:
        return _rung(rubric, _rungs(description))
    value = result.get("value")
    if not isinstance(value, str):
        return None
    if (named := LEVELS.get(value.strip().lower())) is not None:
        return named
    allowed = listed(description.get("allowedValue"))
    if value in allowed and len(allowed) > 1:
        return (allowed.index(value) + 1) / len(allowed)
    return _between(value, description)


def rubric_level(
    result: Mapping[str, Any], description: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The rubric's level that a result says was achieved."""
    achieved = result.get("achievedLevel")
    if achieved is None:
        return None
    return next((each for each in _rungs(description) if each.get("id") == achieved), None)


def _rungs(description: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    levels = listed(description.get("rubricCriterionLevel"))
    return [each for each in levels if isinstance(each, dict)]


def _rung(achieved: Mapping[str, Any], rungs: Sequence[Mapping[str, Any]]) -> float | None:
    for word in (achieved.get("name"), achieved.get("level")):
        if isinstance(word, str) and (named := LEVELS.get(word.strip().lower())) is not None:
            return named
    points = [number(each.get("points")) for each in rungs]
    mine = number(achieved.get("points"))
    most = max((each for each in points if each is not None), default=None)
    if mine is not None and most is not None and None not in points and 0 <= mine <= most > 0:
        return mine / most
    place = [each.get("id") for each in rungs].index(achieved.get("id"))
    return (place + 1) / len(rungs) if len(rungs) > 1 else None


def _between(value: str, description: Mapping[str, Any]) -> float | None:
    least, most = (number(description.get(name)) for name in ("valueMin", "valueMax"))
    if most is None and description.get("resultType") == PERCENT:
        most = 100.0
    mine, least = number(value.removesuffix("%")), least or 0.0
    if mine is None or most is None or not least <= mine <= most or least == most:
        return None
    return (mine - least) / (most - least)


def number(value: object) -> float | None:
    """A finite number, also where it is written as text, as the standard has values."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def credits_share(earned: object, available: object) -> float | None:
    """How much of the credits that an achievement gives were earned, at most 1."""
    mine, most = number(earned), number(available)
    if mine is None or most is None or mine < 0 or most <= 0:
        return None
    return min(1.0, mine / most)
