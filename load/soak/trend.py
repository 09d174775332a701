"""Whether a row of measurements grows: a slope that outliers do not move, with its uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np
from scipy.stats import theilslopes

DRAWS = 400
CONFIDENCE = 0.95
FEWEST = 8


@dataclass(frozen=True, slots=True)
class Trend:
    """Growth in units an hour, with the bounds between which it lies with ``CONFIDENCE``;
    ``start`` and ``end`` are the line's ends as (seconds, value).
    """

    per_hour: float
    low: float
    high: float
    start: tuple[float, float]
    end: tuple[float, float]

    def flat(self, bound: float) -> bool:
        """Whether even the upper bound is below ``bound``: too few or too noisy measurements are
        not flat, they show nothing.
        """
        return self.high < bound


def second_half(seconds: Sequence[float], values: Sequence[float], seed: int = 0) -> Trend:
    """The trend of what was measured in the second half of the time.

    Theil and Sen's slope, the median over all pairs. Its interval is by a bootstrap of what is
    left beside the line, in blocks as long as the square root of their number, as neighbours in
    time are alike. ``ValueError`` for fewer than ``FEWEST`` measurements in that half.
    """
    times, found = np.asarray(seconds, float), np.asarray(values, float)
    late = times >= (times[0] + times[-1]) / 2 if len(times) else np.zeros(0, bool)
    times, found = times[late], found[late]
    if len(times) < FEWEST:
        raise ValueError(f"expected at least {FEWEST} measurements, found {len(times)}")
    slope, base, _, _ = theilslopes(found, times)
    line = base + slope * times
    beside = found - line
    random = np.random.default_rng(seed)
    long = isqrt(len(times))
    blocks = -(-len(times) // long)
    slopes = []
    for _ in range(DRAWS):
        begin = random.integers(0, len(times) - long + 1, blocks)
        drawn = (begin[:, None] + np.arange(long)).ravel()[: len(times)]
        slopes.append(theilslopes(line + beside[drawn], times)[0])
    low, high = np.quantile(slopes, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Trend(
        3600 * float(slope),
        3600 * float(low),
        3600 * float(high),
        (float(times[0]), float(line[0])),
        (float(times[-1]), float(line[-1])),
    )
