"""Boosted trees, asked without walking down any.

After QuickScorer (Lucchese et al., A fast algorithm to rank documents with additive ensembles of
regression trees, SIGIR 2015): every node whose answer is "right" rules out the leaves to its left,
and of those that remain the leftmost is where the walk would have ended. Each node is asked of many
rows at once, which a processor does far faster than it follows one row from node to node.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import MASK, POINTERS, ROWS, TABLE, VALUES, compiled, read, written

BLOCK = 512
"""So many rows are asked at once: what remains of their leaves stays near the processor."""

WORD = 32
"""Leaves in a word, a bit each."""

SPREAD = 0x077CB531
"""A word with one bit, times this, has another number from 0 to 31 in its top five bits for each
place of the bit (Leiserson, Prokop and Randall, Using de Bruijn sequences to index a 1 in a
computer word, 1998).
"""

ALL = np.uint32(0xFFFFFFFF)


@compiled(
    types.void, TABLE, ROWS, VALUES, MASK, ROWS, read(types.uint32), POINTERS, POINTERS,
    read(types.float64), written(types.float64),
)  # fmt: skip
def add_trees(
    columns: NDArray[np.float32],
    features: NDArray[np.int32],
    thresholds: NDArray[np.float32],
    blank_right: NDArray[np.bool_],
    words: NDArray[np.int32],
    kept: NDArray[np.uint32],
    cuts: NDArray[np.int64],
    slots: NDArray[np.int64],
    leaves: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> None:
    """Add to ``scores`` (m,) what the trees say of ``columns`` (f, m).

    Tree ``t`` has the cuts ``cuts[t]`` to ``cuts[t + 1]``: where the value of ``features[i]`` is
    above ``thresholds[i]``, or NaN and ``blank_right[i]``, only the leaves ``kept[i]`` of its word
    ``words[i]`` remain. Its leaves are in ``slots[t]`` to ``slots[t + 1]``, those of a word in the
    order in which ``SPREAD`` tells their bits.
    """
    most = 1
    for tree in range(len(cuts) - 1):
        most = max(most, (slots[tree + 1] - slots[tree]) // WORD)
    remaining = np.empty((most, BLOCK), np.uint32)
    found = np.empty(BLOCK, np.int64)
    for start in range(0, columns.shape[1], BLOCK):
        size = min(BLOCK, columns.shape[1] - start)
        for tree in range(len(cuts) - 1):
            count = (slots[tree + 1] - slots[tree]) // WORD
            remaining[:count, :size] = ALL
            for cut in range(cuts[tree], cuts[tree + 1]):
                column = columns[features[cut], start : start + size]
                line = remaining[words[cut], :size]
                threshold, rest = thresholds[cut], kept[cut]
                if blank_right[cut]:
                    for r in range(size):
                        line[r] &= ALL if column[r] <= threshold else rest
                else:
                    for r in range(size):
                        line[r] &= rest if column[r] > threshold else ALL
            for word in range(count - 1, -1, -1):
                base = slots[tree] + word * WORD
                line = remaining[word, :size]
                for r in range(size):
                    lowest = line[r] & (~line[r] + np.uint32(1))
                    place = np.uint32(lowest * np.uint32(SPREAD)) >> np.uint32(27)
                    if word == count - 1 or line[r] != 0:
                        found[r] = base + np.int64(place)
            for r in range(size):
                scores[start + r] += leaves[found[r]]
