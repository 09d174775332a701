"""Ways of earlier learners, and what those whose way was most alike did next.

Session-based nearest neighbours (Jannach and Ludewig, When recurrent neural networks meet the
neighborhood for session-based recommendation, RecSys 2017), over whole histories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.kernels import ways
from models.sparse import Csr

COMPARED: Final = 10
"""So many latest credentials of the learner are looked for in earlier journeys."""

SHARED_DECAY: Final = 0.7
"""What a shared credential keeps of its weight with every step back."""

ALIKE: Final = 100
"""So many of the most similar journeys count."""

ONWARD: Final = 0.8
"""What a credential of a journey keeps of its weight with every step from the latest shared."""

BEFORE: Final = 0.3
"""What came before the latest shared credential counts so much as what came after it."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Journeys ``chosen`` (a,), the place (a,) of the ``latest`` credential that each shares, and
    their ``weights`` (a,), which sum to less than one.
    """

    chosen: NDArray[np.int32]
    latest: NDArray[np.int32]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Journeys:
    """``taken``: journey → credentials in the order they were first met. ``passing``: credential
    → the latest journeys through it, its values their places (from 0) within the journey.
    """

    taken: Csr
    passing: Csr

    def most_alike(self, history: NDArray[np.int32]) -> Alike:
        """The journeys that share most with a history (oldest first), lately above all."""
        recent = np.ascontiguousarray(history[::-1][:COMPARED])
        shared, chosen = np.empty(ALIKE), np.empty(ALIKE, np.int32)
        latest = np.empty(ALIKE, np.int32)
        size = ways.most_alike(
            recent,
            self.passing.indptr,
            self.passing.indices,
            self.passing.values,
            np.zeros(self.taken.n_rows, np.int32),
            SHARED_DECAY,
            shared,
            chosen,
            latest,
        )
        # One whole journey is added to the sum, so that few of them count little.
        weights = shared[:size] / (shared[:size].sum() + 1.0)
        return Alike(chosen[:size], latest[:size], weights)
