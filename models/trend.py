"""Popularity as it was at any moment: counts that fade, looking only backwards.

The value of a credential at a moment is the number of learners who had met it by then,
each counted ``exp(-age / horizon)``: one number per horizon, so that what is rising now can
be told from what always was common. Nothing after the moment is counted, and time stands
still after the last meeting known: what was rising when training ended is not forgotten
while the bundle ages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trend:
    """First meetings by credential, oldest first.

    ``indptr`` (n + 1) delimits each credential's slice; ``at`` (m,) float64 seconds;
    ``faded`` (m, horizons) float32: the value just after each meeting; ``horizons``
    (horizons,) float64 seconds.
    """

    indptr: NDArray[np.int64]
    at: NDArray[np.float64]
    faded: NDArray[np.float32]
    horizons: NDArray[np.float64]

    def known(self, moment: float) -> float:
        """``moment``, or one second after the last meeting if that is earlier."""
        return min(moment, float(self.at.max(initial=-np.inf)) + 1.0)

    def _last_before(
        self, rows: NDArray[np.int32], moment: float
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Position of each row's last meeting before ``moment``, and whether there is one."""
        low, high = self.indptr[rows].copy(), self.indptr[rows + 1].copy()
        while np.any(low < high):  # a binary search in every row's slice at once
            middle = (low + high) // 2
            earlier = (low < high) & (self.at[np.minimum(middle, len(self.at) - 1)] < moment)
            low = np.where(earlier, middle + 1, low)
            high = np.where(earlier, high, middle)
        return low - 1, low > self.indptr[rows]

    def values(self, rows: NDArray[np.int32], moment: float) -> NDArray[np.float32]:
        """Faded counts just before ``moment``, ``(len(rows), horizons)``; 0 where none yet."""
        moment = self.known(moment)
        last, met = self._last_before(rows, moment)
        result = np.zeros((len(rows), len(self.horizons)), np.float32)
        age = moment - self.at[last[met]]
        result[met] = self.faded[last[met]] * np.exp(-age[:, None] / self.horizons)
        return result
