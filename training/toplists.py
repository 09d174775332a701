"""From dense scores to ranked lists: exact, in batches, with ties in a fixed order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.kernels.best import best_of_each
from training.matrix import met_matrix
from training.splits import Split

DEPTH = 100
"""Length of the lists that are measured; a relevant credential below it counts as missed."""

CELLS = 20_000_000
"""Scores held at once, so that memory stays bounded whatever the catalogue's size."""

NONE = -1
"""Stands in a list where no eligible credential was left."""

Scorer: TypeAlias = Callable[[NDArray[np.int32]], NDArray[np.float32]]
"""Learner rows ``(b,)`` to scores ``(b, n_credentials)``, higher is better."""

Available: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.bool_]]
"""Moments ``(b,)`` to a mask ``(b, n_credentials)`` of the credentials on offer then."""


def top(
    scores: NDArray[np.float32], k: int, tie_order: NDArray[np.int32] | None = None
) -> NDArray[np.int32]:
    """The ``k`` best columns of each row, best first, shape ``(b, k)``.

    Equal scores rank by ``tie_order`` (``(n,)``, all columns, first in line first), or by
    column without it. A score of minus infinity is never listed; ``NONE`` fills up.
    """
    if tie_order is not None:
        scores = scores[:, tie_order]
    result = np.full((len(scores), k), NONE, np.int32)
    best_of_each(np.ascontiguousarray(scores, np.float32), np.empty(k), result)
    return result if tie_order is None else np.where(result == NONE, NONE, tie_order[result])


def top_lists(
    scorer: Scorer,
    split: Split,
    *,
    tie_order: NDArray[np.int32] | None = None,
    available: Available | None = None,
    depth: int = DEPTH,
) -> NDArray[np.int32]:
    """Ranked lists ``(len(split), depth)`` over the whole catalogue for the test learners.

    What a learner already met in ``split.train`` and what is not on offer at the moment
    of the question are left out.
    """
    held = met_matrix(split.train)
    batch = max(1, CELLS // max(1, split.train.n_credentials))
    lists = [np.empty((0, depth), np.int32)]
    for start in range(0, len(split), batch):
        learners = split.learners[start : start + batch]
        scores = scorer(learners).copy()
        scores[held[learners].nonzero()] = -np.inf
        if available is not None:
            scores[~available(split.at[start : start + batch])] = -np.inf
        lists.append(top(scores, depth, tie_order))
    return np.concatenate(lists)
