"""How often what was listed was taken, by its score: as training found it, to compare with what
becomes of lists that are served.

One table tells both how scores are spread and how far they can be believed. Its bins are tenths of
the scores of listed items.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

SHOWN: Final = 10
"""So many items of a list count."""
BINS: Final = 10


def at_training(
    lists: NDArray[np.int32], scores: NDArray[np.float64], relevant: csr_array
) -> dict[str, Any]:
    """Of the first items of ``lists`` (m, depth) with ``scores`` (m, depth), NaN where a list has
    ended: ``edges`` (bins − 1,) between the bins, ascending, and for each bin how many ``items``
    fell in it and how many ``hits`` were the credential met next, which is ``relevant``
    (m, n_credentials).
    """
    shown, score = lists[:, :SHOWN], scores[:, :SHOWN]
    there = ~np.isnan(score)
    asked = np.broadcast_to(np.arange(len(shown))[:, None], shown.shape)
    answers = set(zip(*(part.tolist() for part in relevant.nonzero()), strict=True))
    hit = np.array(
        [
            pair in answers
            for pair in zip(asked[there].tolist(), shown[there].tolist(), strict=True)
        ],
        np.bool_,
    )
    flat = score[there]
    # Equal scores make equal edges: bins between them would be empty for ever.
    edges = np.unique(np.quantile(flat, np.arange(1, BINS) / BINS)) if len(flat) else np.zeros(0)
    return {"edges": edges.tolist()} | counted(edges, flat, hit)


def counted(
    edges: NDArray[np.float64], scores: NDArray[np.float64], hit: NDArray[np.bool_]
) -> dict[str, list[int]]:
    """How many of the ``scores`` (n,) fall into each bin, and how many of these were ``hit``."""
    bins, n = np.searchsorted(edges, scores, "right"), len(edges) + 1
    return {
        "items": np.bincount(bins, minlength=n).tolist(),
        "hits": np.bincount(bins[hit], minlength=n).tolist(),
    }
