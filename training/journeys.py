"""The ways learners took: whole journeys, what follows two steps, what is begun with."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.sparse import Csr
from training.interactions import Interactions
from training.tally import Tally

LATEST: Final = 500
"""At most so many journeys are kept for each credential, the latest."""

SMOOTHING: Final = 1.0
"""Shares after a pair of steps are divided by their number plus this, so that few count little."""


def journeys(train: Interactions) -> tuple[Csr, Csr]:
    """``taken`` and ``passing`` of ``models.journeys.Journeys``."""
    met = train.where(train.first_meetings())
    length = np.diff(met.indptr)
    journey = np.repeat(np.arange(np.count_nonzero(length)), length[length > 0])
    indptr = np.append(met.indptr[:-1][length > 0], len(met)).astype(np.int64)
    place = np.arange(len(met)) - indptr[journey]
    taken = Csr(indptr, met.credential, np.zeros(0, np.float32))
    order = np.lexsort((journey, -met.at, met.credential))
    begins = np.searchsorted(met.credential[order], np.arange(met.n_credentials + 1))
    rank = np.arange(len(order)) - begins[met.credential[order]]
    order = order[rank < LATEST]
    passing = Csr(
        np.searchsorted(met.credential[order], np.arange(met.n_credentials + 1)).astype(np.int64),
        journey[order].astype(np.int32),
        place[order].astype(np.float32),
    )
    return taken, passing


def after_pairs(counted: Tally, n: int) -> tuple[NDArray[np.int64], csr_array]:
    """What followed two steps in a row: keys ``(p,)``, ascending, of the pairs seen (see
    ``models.bundle.Behaviour``), and the share ``(p, n)`` of those who went on to a credential.

    ``counted`` is that of ``training.counts.Counts``.
    """
    pair, then = np.divmod(counted.keys, n)
    keys, begins = np.unique(pair, return_index=True)
    indptr = np.append(begins, len(pair))
    total = np.add.reduceat(counted.counts, begins) if len(keys) else np.zeros(0)
    shares = counted.counts / np.repeat(total + SMOOTHING, np.diff(indptr))
    return keys, csr_array((shares, then.astype(np.int32), indptr), shape=(len(keys), n))


def begun_with(begun: NDArray[np.int64]) -> NDArray[np.float32]:
    """How many learners met each credential first of all, scaled to 0..1, ``(n,)``."""
    return np.asarray(begun / max(1, begun.max(initial=0)), np.float32)
