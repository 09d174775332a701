"""Ways of earlier learners, and what those whose way was most alike did next.

Session-based nearest neighbours (Jannach and Ludewig, When recurrent neural networks meet the
neighborhood for session-based recommendation, RecSys 2017), over whole histories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
class Journeys:
    """``taken``: journey → credentials in the order they were first met. ``passing``: credential
    → the latest journeys through it, its values their places (from 0) within the journey.
    """

    taken: Csr
    passing: Csr

    def alike(self, history: NDArray[np.int32], n: int) -> NDArray[np.float32]:
        """Scores ``(n,)`` 0..1 for a history (oldest first): the weighted share, of the journeys
        most alike, in which a credential lies near the latest that is shared.
        """
        recent = history[::-1][:COMPARED]
        at, step = self.passing.entries(recent)
        # Entries come latest step first, so a journey's first entry is the latest one shared.
        journeys, first, owner = np.unique(
            self.passing.indices[at], return_index=True, return_inverse=True
        )
        shared = np.bincount(owner, SHARED_DECAY ** step.astype(np.float64), len(journeys))
        chosen = np.lexsort((journeys, -shared))[:ALIKE]
        where, mine = self.taken.entries(journeys[chosen])
        place = where - self.taken.indptr[journeys[chosen]][mine]
        ahead = place - self.passing.values[at[first[chosen]]][mine]
        near = np.where(ahead > 0, ONWARD ** (ahead - 1), BEFORE * ONWARD ** np.abs(ahead))
        total = np.bincount(self.taken.indices[where], shared[chosen][mine] * near, n)
        # One whole journey is added to the sum, so that few of them count little.
        return np.asarray(total / (shared[chosen].sum() + 1.0), np.float32)
