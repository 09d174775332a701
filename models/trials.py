"""Experiments: who gets which variant, and what the difference between variants amounts to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtri

Values = NDArray[np.float64]

CONFIDENCE: Final = 0.95

MISMATCH: Final = 0.001
"""p-value below which the split of learners is taken for broken (Fabijan et al., Diagnosing sample
ratio mismatch in online controlled experiments, KDD 2019)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its standard error and 95 % interval; NaN where there is too little data."""

    value: float
    error: float
    low: float
    high: float


def position(salt: str, learner: str) -> float:
    """Where a learner falls in 0..1: evenly spread over learners, the same at every call, and
    independent between salts.
    """
    digest = hashlib.sha256(f"{len(salt)}:{salt}:{learner}".encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:8]) / 2.0**64


def variant(salt: str, learner: str, weights: Sequence[float]) -> int:
    """The place in ``weights`` (> 0, in any unit) that falls to a learner."""
    point = position(salt, learner) * sum(weights)
    places = (place for place, edge in enumerate(accumulate(weights)) if point < edge)
    return next(places, len(weights) - 1)


def estimate(value: float, error: float) -> Estimate:
    """The figure with the interval that its standard error gives by the normal law."""
    reach = float(ndtri((1 + CONFIDENCE) / 2)) * error
    return Estimate(value, error, value - reach, value + reach)


def ratio(values: Values, sizes: Values, learners: NDArray[np.int64]) -> Estimate:
    """``Σ values / Σ sizes``, all ``(answers,)``; ``learners`` (0, 1, …) says whose each answer is:
    those of one learner hang together, learners are independent.

    By the delta method over the learners' sums: variance ``n / (n − 1) · Σ (valueᵢ − ratio ·
    sizeᵢ)² / (Σ size)²`` (Deng, Knoblich and Lu, Applying the delta method in metric analytics,
    KDD 2018).
    """
    total = float(sizes.sum())
    if not total > 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan)
    value = float(values.sum()) / total
    off = np.bincount(learners, values - value * sizes)
    if len(off) < 2:
        return estimate(value, np.nan)
    spread = float((off**2).sum()) * len(off) / (len(off) - 1)
    return estimate(value, float(np.sqrt(spread)) / total)


def mean(values: Values, learners: NDArray[np.int64]) -> Estimate:
    """The mean over answers, as ``ratio`` otherwise."""
    return ratio(values, np.ones(len(values)), learners)


def difference(one: Estimate, other: Estimate) -> Estimate:
    """``one − other``, of independent groups."""
    return estimate(one.value - other.value, float(np.hypot(one.error, other.error)))


def mismatch(counts: Sequence[int], weights: Sequence[float]) -> float:
    """p-value of the split of learners, given that variants have ``weights``: Pearson's χ² test.
    Small (under ``MISMATCH``) when something other than chance sends learners to variants; NaN for
    none.
    """
    if not sum(counts):
        return np.nan
    expected = np.asarray(weights, np.float64) / sum(weights) * sum(counts)
    off = float(((np.asarray(counts, np.float64) - expected) ** 2 / expected).sum())
    return float(chdtrc(len(counts) - 1, off))
