"""Popularity that fades, as arrays of ``models.trend.Trend``.

New meetings count one and lose weight with time, over fixed fractions of the time that the
data span. Fast ones are told as they are; slow ones as one mixture, since which of them fits
best changes from one time to the next and cannot be told in advance.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.interactions import Interactions

FAST: Final = (256.0, 64.0, 10.0)
SLOW: Final = (6.0, 3.0, 2.0, 1.0)
"""Popularity fades over the span of the data divided by these."""

Arrays = dict[str, NDArray[Any]]


def fit(train: Interactions) -> Arrays:
    """Arrays of ``models.trend.Trend``: values for each of ``FAST``, and one for all ``SLOW``."""
    moments = train.moments()
    span = float(np.ptp(moments)) if len(train) else 0.0
    horizons = np.array([max(span / part, 1.0) for part in (*FAST, *SLOW)])
    first = train.first_meetings()
    credential, at = train.credential[first], moments[first]
    order = np.lexsort((at, credential))
    credential, at = credential[order], at[order]
    since = np.full(len(at), np.inf)
    same = credential[1:] == credential[:-1]
    since[1:][same] = np.diff(at)[same]
    faded = np.empty((len(at), len(horizons)), np.float32)
    for column, horizon in enumerate(horizons.tolist()):
        faded[:, column] = _accumulated(np.exp(-since / horizon))
    return {
        "trend.indptr": np.searchsorted(credential, np.arange(train.n_credentials + 1)).astype(
            np.int64
        ),
        "trend.at": at,
        "trend.faded": faded,
        "trend.horizons": horizons,
        "trend.mixing": _mixing(),
    }


def _accumulated(kept: NDArray[np.float64]) -> NDArray[np.float64]:
    """``v[i] = kept[i] · v[i - 1] + 1`` with ``v`` zero before the first; all ``(m,)``.

    In blocks side by side, each begun at zero; then what the block before ended with is carried
    into the next. Two loops over the square root of the length stand for one over all of it.
    """
    block = max(1, math.isqrt(len(kept)))
    rows = -(-len(kept) // block)
    padded = np.zeros(rows * block)
    padded[: len(kept)] = kept
    table = padded.reshape(rows, block)
    value = np.empty_like(table)
    so_far = np.zeros(rows)
    for place in range(block):
        so_far = table[:, place] * so_far + 1.0
        value[:, place] = so_far
    np.multiply.accumulate(table, axis=1, out=table)
    for row in range(1, rows):
        value[row] += table[row] * value[row - 1, -1]
    return value.ravel()[: len(kept)]


def _mixing() -> NDArray[np.float32]:
    """Fast horizons as they are; slow ones by equal shares of all that was met: of an even stream
    over the whole span, a horizon of ``1 / part`` of it keeps ``(1 - exp(-part)) / part``.
    """
    mixing = np.zeros((len(FAST) + len(SLOW), len(FAST) + 1), np.float32)
    mixing[: len(FAST), : len(FAST)] = np.eye(len(FAST))
    parts = np.array(SLOW)
    weights = parts / (1.0 - np.exp(-parts))
    mixing[len(FAST) :, -1] = weights / weights.sum()
    return mixing
