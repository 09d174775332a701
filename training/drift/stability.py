"""How far a mix of things has moved, and whether so few of them can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import chdtri, ndtri

SOME, MUCH = 0.1, 0.25
"""Bands of the population stability index: below the first a mix counts as steady, from the second
on as another one (Siddiqi, Credit Risk Scorecards, 2006)."""

CONFIDENCE: Final = 0.95
PRIOR: Final = 0.5
"""Added to every count (Jeffreys), so that what was never seen is rare, not impossible."""


class Verdict(StrEnum):
    """What an index says; ``TOO_SMALL`` where chance alone could make it leave the lowest band."""

    STEADY = "steady"
    SOME = "some drift"
    MUCH = "much drift"
    TOO_SMALL = "too small a sample"


@dataclass(frozen=True, slots=True)
class Shift:
    """``index`` ≥ 0 of a mix beside that of training; ``chance`` is what it stays below in 95 % of
    samples of this size where nothing has moved.
    """

    index: float
    chance: float
    verdict: Verdict


def shift(expected: Sequence[float], observed: Sequence[float]) -> Shift:
    """The index of two rows of counts ``(b,)``, ``b`` ≥ 2: ``Σ (o − e) · ln(o / e)`` over the
    shares ``e`` and ``o``, with ``PRIOR`` added to every count.

    Where nothing has moved it is distributed as ``(1 / n + 1 / m) · χ²`` with ``b − 1`` degrees of
    freedom (Yurdakul, Statistical properties of population stability index, 2018).
    """
    e, o = (np.asarray(counts, np.float64) + PRIOR for counts in (expected, observed))
    share, other = e / e.sum(), o / o.sum()
    index = float(((other - share) * np.log(other / share)).sum())
    chance = float((1 / e.sum() + 1 / o.sum()) * chdtri(len(e) - 1, 1 - CONFIDENCE))
    if chance > SOME:
        return Shift(index, chance, Verdict.TOO_SMALL)
    if index < SOME:
        return Shift(index, chance, Verdict.STEADY)
    return Shift(index, chance, Verdict.SOME if index < MUCH else Verdict.MUCH)


def wilson(hits: float, of: float) -> tuple[float, float]:
    """95 % interval of a share, ``hits`` of ``of`` > 0 (Wilson, Probable inference, the law of
    succession, and statistical inference, 1927).
    """
    z = float(ndtri((1 + CONFIDENCE) / 2))
    middle = (hits + z * z / 2) / (of + z * z)
    reach = z / (of + z * z) * float(np.sqrt(hits * (of - hits) / of + z * z / 4))
    low = middle - reach if hits > 0 else 0.0  # and not almost so
    return low, middle + reach if hits < of else 1.0
