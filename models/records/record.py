"""What a statement or event of a standard comes to, in the words of ``models.domain``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.domain import Kind


@dataclass(frozen=True, slots=True)
class Record:
    """A learner did something with what may be a credential.

    ``id`` is the same whenever the same record is sent again, ``None`` where it has none;
    ``thing`` is what the platform calls the credential, an id or an address, and ``title`` what
    people call it. ``at`` is in seconds since the epoch, UTC; ``value`` 0..1 (xAPI: from -1).
    """

    id: str | None
    learner: str
    thing: str
    kind: Kind
    at: float | None
    value: float | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Voiding:
    """Takes back the record of another ``id``; itself it is known by ``own``."""

    own: str | None
    id: str


def share(value: object, lowest: object, highest: object) -> float | None:
    """Where a number lies between two others, 0..1; ``None`` unless all three say so."""
    match value, lowest, highest:
        case (int() | float(), int() | float(), int() | float()):
            numbers = [float(each) for each in (value, lowest, highest)]
            if all(map(math.isfinite, numbers)) and lowest <= value <= highest and lowest < highest:
                return (numbers[0] - numbers[1]) / (numbers[2] - numbers[1])
    return None
