"""Lists made item by item."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, REAL, TABLE, VALUES, compiled, read, written

HEAD = 64
"""So many dimensions tell most pairs of vectors apart."""


@compiled(types.void, TABLE, REAL, written(types.boolean), any_order=True)
def mark_repeats(vectors: NDArray[np.float32], least: float, repeats: NDArray[np.bool_]) -> None:
    """Mark each of some unit ``vectors`` (m, d) whose inner product with an earlier unmarked one
    is ``least`` or more.
    """
    m, d = vectors.shape
    head = min(HEAD, d)
    tails = np.empty(m, np.float32)
    for i in range(m):
        rest = np.float32(0)
        for k in range(head, d):
            rest += vectors[i, k] * vectors[i, k]
        tails[i] = np.sqrt(rest)
    for i in range(m):
        repeats[i] = False
        for j in range(i):
            if repeats[j]:
                continue
            like = np.float32(0)
            for k in range(head):
                like += vectors[i, k] * vectors[j, k]
            # By Cauchy and Schwarz the rest adds no more than the product of its lengths.
            if like + tails[i] * tails[j] < least - 1e-4:
                continue
            for k in range(head, d):
                like += vectors[i, k] * vectors[j, k]
            if like >= least:
                repeats[i] = True
                break


@compiled(
    types.void, TABLE, VALUES, written(types.float32), REAL, read(types.int64), INT,
    read(types.float64), written(types.float64), any_order=True,
)  # fmt: skip
def tone_overlap(
    after: NDArray[np.float32],
    weight: NDArray[np.float32],
    covered: NDArray[np.float32],
    share: float,
    first: NDArray[np.int64],
    turns: int,
    scores: NDArray[np.float64],
    toned: NDArray[np.float64],
) -> None:
    """Lower ``scores`` (m,), into ``toned``, by ``share`` of what the items before already close.

    Items come in turn: the places ``first``, then the best by ``toned`` for ``turns`` more.
    ``after`` (m, k) is the coverage that each reaches alone, ``weight`` (k,) what each requirement
    counts, ``covered`` (k,) what is covered to begin with; at the end, with all that were chosen.
    """
    m, wide = after.shape
    alone = np.zeros(m)
    waiting = np.ones(m, np.bool_)
    for i in range(m):
        toned[i] = scores[i]
        for k in range(wide):
            alone[i] += max(after[i, k] - covered[k], np.float32(0)) * weight[k]
    for turn in range(min(m, len(first) + turns)):
        if turn < len(first):
            place = first[turn]
        else:
            place = -1
            for i in range(m):
                if waiting[i] and (place < 0 or toned[i] > toned[place]):
                    place = i
        waiting[place] = False
        for k in range(wide):
            covered[k] = max(covered[k], after[place, k])
        for i in range(m):
            if waiting[i]:
                still = 0.0
                for k in range(wide):
                    still += max(after[i, k] - covered[k], np.float32(0)) * weight[k]
                toned[i] = max(scores[i] - share * (alone[i] - still), 0.0)
