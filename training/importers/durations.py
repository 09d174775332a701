"""ISO 8601 durations: effort in hours, validity in days.

A duration is effort only where it is told in hours, minutes and seconds: six months, or ten days,
are time on the calendar, and how much work lies in them is unknown.
"""

from __future__ import annotations

import re
from typing import Final

YEAR: Final = 365.0
"""Days of a year, and twelve months are a year."""

DIGITS: Final = 6
"""Hours are kept to so many decimals, less than a hundredth of a second."""

_N: Final = r"(\d{1,9}(?:[.,]\d{1,9})?)"
_ISO: Final = re.compile(
    rf"P(?=.)(?:{_N}Y)?(?:{_N}M)?(?:{_N}W)?(?:{_N}D)?(?:T(?=.)(?:{_N}H)?(?:{_N}M)?(?:{_N}S)?)?"
)


def hours(text: str) -> float | None:
    """Hours of an effort such as ``PT1H30M``; ``None`` where a calendar is in it, or it is none."""
    parts = _parts(text)
    if parts is None or any(parts[:4]):
        return None
    h, m, s = parts[4:]
    return round((h * 3600 + m * 60 + s) / 3600, DIGITS)


def days(text: str) -> float | None:
    """Days of a validity such as ``P2Y``; ``None`` where it is no duration."""
    parts = _parts(text)
    if parts is None:
        return None
    y, months, w, d, h, m, s = parts
    whole = y * YEAR + months * YEAR / 12 + w * 7 + d
    return round(whole + (h * 3600 + m * 60 + s) / 86_400, DIGITS)


def _parts(text: str) -> list[float] | None:
    """Years, months, weeks, days, hours, minutes, seconds."""
    found = _ISO.fullmatch(text.strip())
    return None if found is None else [float((n or "0").replace(",", ".")) for n in found.groups()]
