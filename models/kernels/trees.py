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

from models.compiled import INT, POINTERS, ROWS, TABLE, VALUES, compiled, read, written

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
TOGETHER = 4
"""So many cuts are asked of a row at once: between them, what remains need not be written down."""

WORDS = read(types.uint32)
LEAVES = read(types.float64)


@compiled(types.void, TABLE, INT, INT, written(types.float32, 2))
def lay_out(
    table: NDArray[np.float32], start: int, size: int, columns: NDArray[np.float32]
) -> None:
    """Fill ``columns`` (2f, ≥ size) from the rows of ``table`` (m, f) from ``start`` on: what is
    missing is below every threshold in the first half, and above every one in the second.
    """
    width = table.shape[1]
    for feature in range(width):
        below, above = columns[feature], columns[width + feature]
        for r in range(size):
            value = table[start + r, feature]
            missing = np.isnan(value)
            below[r] = np.float32(-np.inf) if missing else value
            above[r] = np.float32(np.inf) if missing else value


@compiled(
    types.void, written(types.float32, 2), ROWS, VALUES, WORDS, INT, INT, INT, written(types.uint32)
)
def rule_out(
    columns: NDArray[np.float32],
    features: NDArray[np.int32],
    thresholds: NDArray[np.float32],
    kept: NDArray[np.uint32],
    cut: int,
    end: int,
    size: int,
    remaining: NDArray[np.uint32],
) -> None:
    """Fill ``remaining`` (≥ size,) with the leaves that the cuts from ``cut`` to ``end`` leave."""
    remaining[:size] = ALL
    while cut + TOGETHER <= end:
        a, b = columns[features[cut]], columns[features[cut + 1]]
        c, d = columns[features[cut + 2]], columns[features[cut + 3]]
        past_a, past_b = thresholds[cut], thresholds[cut + 1]
        past_c, past_d = thresholds[cut + 2], thresholds[cut + 3]
        keep_a, keep_b, keep_c, keep_d = kept[cut], kept[cut + 1], kept[cut + 2], kept[cut + 3]
        for r in range(size):
            left = keep_a if a[r] > past_a else ALL
            left &= keep_b if b[r] > past_b else ALL
            left &= keep_c if c[r] > past_c else ALL
            left &= keep_d if d[r] > past_d else ALL
            remaining[r] &= left
        cut += TOGETHER
    while cut < end:
        column, past, keep = columns[features[cut]], thresholds[cut], kept[cut]
        for r in range(size):
            remaining[r] &= keep if column[r] > past else ALL
        cut += 1


@compiled(
    types.void, TABLE, ROWS, VALUES, WORDS, POINTERS, POINTERS, LEAVES, written(types.float64)
)
def add_trees(
    table: NDArray[np.float32],
    features: NDArray[np.int32],
    thresholds: NDArray[np.float32],
    kept: NDArray[np.uint32],
    cuts: NDArray[np.int64],
    words: NDArray[np.int64],
    leaves: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> None:
    """Add to ``scores`` (m,) what the trees say of ``table`` (m, f).

    Tree ``t`` has the words ``words[t]`` to ``words[t + 1]``, ``WORD`` of the ``leaves`` each, in
    the order in which ``SPREAD`` tells their bits. Word ``w`` has the cuts ``cuts[w]`` to
    ``cuts[w + 1]``: where the value of ``features[i]`` is above ``thresholds[i]``, only the leaves
    ``kept[i]`` remain. A feature and ``f`` more is the same one, above all where it is missing.
    """
    most = min(BLOCK, len(table))
    columns = np.empty((2 * table.shape[1], most), np.float32)
    remaining = np.empty(most, np.uint32)
    found = np.empty(most, np.int64)
    for start in range(0, len(table), BLOCK):
        size = min(BLOCK, len(table) - start)
        lay_out(table, start, size, columns)
        for tree in range(len(words) - 1):
            last = words[tree + 1] - 1
            for word in range(last, words[tree] - 1, -1):
                rule_out(
                    columns, features, thresholds, kept, cuts[word], cuts[word + 1], size, remaining
                )
                for r in range(size):
                    lowest = remaining[r] & (~remaining[r] + np.uint32(1))
                    place = np.uint32(lowest * np.uint32(SPREAD)) >> np.uint32(27)
                    if word == last or lowest != 0:
                        found[r] = word * WORD + np.int64(place)
            for r in range(size):
                scores[start + r] += leaves[found[r]]
