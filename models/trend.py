"""Popularity as it was at any moment: counts that fade, looking only backwards.

The value of a credential at a moment is the number of learners who had met it by then,
each counted ``exp(-age / horizon)``: one number per horizon, so that what is rising now can
be told from what always was common. Nothing after the moment is counted, and time stands
still after the last meeting known: what was rising when training ended is not forgotten
while the bundle ages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.kernels.trend import fade


@dataclass(frozen=True, slots=True)
class Trend:
    """First meetings by credential, oldest first.

    ``indptr`` (n + 1) delimits each credential's slice; ``at`` (m,) float64 seconds;
    ``faded`` (m, horizons) float32: the value just after each meeting; ``horizons``
    (horizons,) float64 seconds; ``mixing`` (horizons, values) float32: what is told of a moment
    is the product of the faded counts and it. ``taken`` are the rows with any meeting. From
    ``end`` on the values are ``standing`` (n, values), and ``leading`` are the rows of the largest
    of each, as ``descending`` has them.
    """

    indptr: NDArray[np.int64]
    at: NDArray[np.float64]
    faded: NDArray[np.float32]
    horizons: NDArray[np.float64]
    mixing: NDArray[np.float32]
    taken: NDArray[np.int32]
    end: float
    standing: NDArray[np.float32]
    leading: tuple[NDArray[np.int32], ...]

    @classmethod
    def of(
        cls,
        indptr: NDArray[np.int64],
        at: NDArray[np.float64],
        faded: NDArray[np.float32],
        horizons: NDArray[np.float64],
        mixing: NDArray[np.float32],
    ) -> Self:
        """With the values at which time stands still worked out once: most questions are asked
        after it.
        """
        end = float(at.max(initial=-np.inf)) + 1.0
        nothing = np.zeros((0, mixing.shape[1]), np.float32)
        taken = np.flatnonzero(np.diff(indptr)).astype(np.int32)
        moving = cls(indptr, at, faded, horizons, mixing, taken, end, nothing, ())
        standing = moving._values(end)
        leading = tuple(descending(column) for column in standing.T)
        return cls(indptr, at, faded, horizons, mixing, taken, end, standing, leading)

    @classmethod
    def among(cls, arrays: Mapping[str, Any]) -> Self:
        """The trend among the arrays of a bundle whose data have dates."""
        names = ("indptr", "at", "faded", "horizons", "mixing")
        return cls.of(*(arrays[f"trend.{name}"] for name in names))

    def stands(self, moment: float) -> bool:
        """Whether the values of a moment are those of ``standing``."""
        return not moment < self.end

    def values(self, moment: float) -> NDArray[np.float32]:
        """Faded counts just before ``moment``, mixed, ``(n, values)``; 0 where none yet."""
        return self.standing if self.stands(moment) else self._values(moment)

    def _values(self, moment: float) -> NDArray[np.float32]:
        counts = np.zeros((len(self.taken), len(self.horizons)), np.float32)
        fade(self.taken, self.indptr, self.at, self.faded, self.horizons, moment, counts)
        values = np.zeros((len(self.indptr) - 1, self.mixing.shape[1]), np.float32)
        values[self.taken] = counts @ self.mixing
        return values


def descending(values: NDArray[np.float32]) -> NDArray[np.int32]:
    """The rows of all positive ``values`` (n,), the largest first; ties go to the lower row."""
    order = np.argsort(-values, kind="stable").astype(np.int32)
    return order[: int((values > 0).sum())]
