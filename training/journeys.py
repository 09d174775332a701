"""The ways learners took: whole journeys, what follows two steps, what is begun with."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.sparse import Csr
from training.interactions import Interactions
from training.steps import Steps

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


def after_pairs(train: Interactions) -> tuple[NDArray[np.int64], csr_array]:
    """What followed two steps in a row: keys ``(p,)``, ascending, of the pairs seen (see
    ``models.bundle.Behaviour``), and the share ``(p, n)`` of learners who went on to a credential.
    """
    steps = Steps.of(train, repeats=True)
    same = steps.learner[2:] == steps.learner[:-2]
    before, last = steps.credential[:-2][same], steps.credential[1:-1][same]
    key = before.astype(np.int64) * train.n_credentials + last
    keys, row = np.unique(key, return_inverse=True)
    ones = np.ones(len(row))
    counts = csr_array(
        (ones, (row, steps.credential[2:][same])), shape=(len(keys), train.n_credentials)
    )
    total = np.asarray(counts.sum(axis=1)) + SMOOTHING
    counts.data = counts.data / np.repeat(total, np.diff(counts.indptr))
    return keys, counts


def begun_with(train: Interactions) -> NDArray[np.float32]:
    """How many learners met each credential first of all, scaled to 0..1, ``(n,)``."""
    steps = Steps.of(train, repeats=False)
    first = np.ones(len(steps.learner), np.bool_)
    first[1:] = steps.learner[1:] != steps.learner[:-1]
    counts = np.bincount(steps.credential[first], minlength=train.n_credentials)
    return np.asarray(counts / max(1, counts.max(initial=0)), np.float32)
