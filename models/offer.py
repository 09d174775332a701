"""When credentials are on offer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEVER = (np.inf, -np.inf, np.zeros(0, np.bool_))
"""Between no two moments is this what is on offer."""


class Offer:
    """From when and until when (n,) each credential may be begun, in seconds since the epoch, NaN
    where it is not limited.

    Between two moments at which any begins or ends nothing changes: the latest answer is kept.
    """

    __slots__ = ("_dated", "_from", "_lately", "_n", "_until")

    def __init__(self, since: NDArray[np.float64], until: NDArray[np.float64]) -> None:
        self._n = len(since)
        self._dated = np.flatnonzero(~np.isnan(since) | ~np.isnan(until))
        self._from, self._until = since, until
        self._lately = NEVER

    def at(self, moment: float) -> NDArray[np.bool_]:
        """Mask ``(n,)``, not to be written to, of what is on offer at a moment."""
        before, after, mask = self._lately
        if before < moment < after:
            return mask
        since, until = self._from[self._dated], self._until[self._dated]
        mask = np.ones(self._n, np.bool_)
        mask[self._dated] = ~((since > moment) | (until < moment))
        mask.flags.writeable = False
        changes = np.concatenate([since, until])
        before = float(changes[changes <= moment].max(initial=-np.inf))
        after = float(changes[changes >= moment].min(initial=np.inf))
        self._lately = before, after, mask
        return mask
