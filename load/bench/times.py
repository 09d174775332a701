"""Figures over requests and over rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """A median over rounds and the range they span.

    The range of ``n`` independent rounds holds the true median with probability
    ``1 - 2 ** (1 - n)``, whatever the distribution: 94 % for five.
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Over at least one value."""
        return cls(median(values), min(values), max(values))

    def as_json(self) -> dict[str, float]:
        """The three figures by name."""
        return asdict(self)


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float]:
    """``p50``, ``p95``, ``p99`` in milliseconds; each is the time of some request.

    Raises ``ValueError`` without any request.
    """
    if not len(seconds):
        raise ValueError("expected the time of at least one request")
    found = np.percentile(np.asarray(seconds) * 1000, (50, 95, 99), method="higher")
    return dict(zip(("p50", "p95", "p99"), found.tolist(), strict=True))


def due(began: float, rate: float, i: int) -> float:
    """When request ``i`` of an open loop was to be sent.

    Its time counts from here, whether or not a connection was free then: a server that stands
    still is charged for everybody who would have come meanwhile (coordinated omission).
    """
    return began + i / rate
