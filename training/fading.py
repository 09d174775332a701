"""Popularity that fades: how fast, and its arrays.

New meetings count one and lose weight with time. Three speeds are fixed fractions of the
time that the data span; the fourth is chosen for what newcomers take.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.interactions import Interactions
from training.metrics import measure
from training.splits import after

FIXED: Final = (256.0, 64.0, 10.0)
LASTING: Final = (3.0, 24.0, 10.0, 6.0, 2.0, 1.0)
"""Popularity fades over the span of the data divided by these; of ``LASTING`` the best is
chosen, the first where newcomers are too few to tell."""

CUTS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Quantiles of time from which newcomers are watched."""

FEWEST: Final = 50
"""Newcomers of all cuts together, below which nothing is chosen."""

SHOWN: Final = 10

Arrays = dict[str, NDArray[Any]]


def horizons(train: Interactions) -> NDArray[np.float64]:
    """Horizons ``(4,)`` in seconds, the chosen one last.

    At each of several moments everyone without a past is offered what was popular by then;
    the best horizon has the highest NDCG@10 over all of them.
    """
    first = train.where(train.first_meetings())
    quality = np.zeros(len(LASTING))
    newcomers = 0
    for cut in CUTS:
        split = after(first, cut)
        new = np.flatnonzero(np.diff(split.train.indptr)[split.learners] == 0)
        if not len(new):
            continue
        newcomers += len(new)
        now, length = split.train.at.max(), np.ptp(split.train.at)
        for i, part in enumerate(LASTING):
            weight = np.exp((split.train.at - now) * part / max(length, 1.0))
            taken = np.bincount(split.train.credential, weight, train.n_credentials)
            shown = np.argsort(-taken, kind="stable")[:SHOWN].astype(np.int32)
            lists = np.tile(shown, (len(new), 1))
            quality[i] += measure(lists, split.relevant[new])["ndcg@10"].sum()
    chosen = LASTING[int(quality.argmax())] if newcomers >= FEWEST else LASTING[0]
    span = float(np.ptp(train.at)) if len(train) else 0.0
    return np.array([max(span / part, 1.0) for part in (*FIXED, chosen)])


def fit(train: Interactions, fading: NDArray[np.float64]) -> Arrays:
    """Arrays of ``models.trend.Trend`` for horizons ``fading`` in seconds."""
    met = train.where(train.first_meetings())
    order = np.lexsort((met.at, met.credential))
    credential, at = met.credential[order], met.at[order]
    since = np.full(len(at), np.inf)
    same = credential[1:] == credential[:-1]
    since[1:][same] = np.diff(at)[same]
    faded = np.zeros((len(at), len(fading)), np.float32)
    for column, horizon in enumerate(fading.tolist()):
        value: float = 0.0
        values = []
        for gap in since.tolist():
            value = value * math.exp(-gap / horizon) + 1.0
            values.append(value)
        faded[:, column] = values
    indptr = np.searchsorted(credential, np.arange(train.n_credentials + 1)).astype(np.int64)
    return {
        "trend.indptr": indptr,
        "trend.at": at,
        "trend.faded": faded,
        "trend.horizons": fading,
    }
