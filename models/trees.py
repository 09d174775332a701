"""Boosted trees, read from LightGBM's own text and asked without LightGBM.

The scores are LightGBM's to the last bit: the same leaves are added in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.kernels.trees import SPREAD, WORD, add_trees

CATEGORICAL: Final = 1
DEFAULT_LEFT: Final = 2
"""Bits of LightGBM's ``decision_type``; the two above them say what counts as missing."""

ZERO_IS_MISSING: Final = 1
NAN_IS_MISSING: Final = 2

LARGEST: Final = float(np.finfo(np.float32).max)

PLACES: Final = (
    (np.uint32(1) << np.arange(WORD, dtype=np.uint32)) * np.uint32(SPREAD) >> np.uint32(27)
).astype(np.int64)
"""Where the leaf of each bit of a word is kept."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees over tables of ``width`` features, end to end as ``add_trees`` asks them.

    ``features``, ``thresholds`` and ``kept`` are a cut each, ``leaves`` are values; ``cuts``
    delimit each word's own, ``words`` each tree's.
    """

    width: int
    features: NDArray[np.int32]
    thresholds: NDArray[np.float32]
    kept: NDArray[np.uint32]
    cuts: NDArray[np.int64]
    words: NDArray[np.int64]
    leaves: NDArray[np.float64]

    @classmethod
    def parse(cls, text: str, width: int) -> Self:
        """Read a model's text. Raises ``ValueError`` where it is none, or of another kind."""
        trees = [_tree(_fields(block), width) for block in text.split("\nTree=")[1:]]
        if not trees:
            raise ValueError("it holds no trees")
        return cls(
            width=width,
            features=np.concatenate([each.features for each in trees]),
            thresholds=np.concatenate([each.thresholds for each in trees]),
            kept=np.concatenate([each.kept for each in trees]),
            cuts=_ends(np.concatenate([np.diff(each.cuts) for each in trees])),
            words=_ends([len(each.cuts) - 1 for each in trees]),
            leaves=np.concatenate([each.leaves for each in trees]),
        )

    def score(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """The sums of leaves ``(m,)`` of a table ``(m, width)``."""
        scores = np.zeros(len(table))
        add_trees(
            np.ascontiguousarray(table), self.features, self.thresholds, self.kept, self.cuts,
            self.words, self.leaves, scores,
        )  # fmt: skip
        return scores


def _tree(tree: Mapping[str, str], width: int) -> Trees:
    """One tree by itself."""
    values = _numbers(tree, "leaf_value")
    if len(values) == 1:
        order, spans = [0], np.zeros((0, 2), np.int64)
        features, thresholds = np.zeros(0, np.int64), np.zeros(0)
        blank_right = np.zeros(0, np.bool_)
    else:
        thresholds = _numbers(tree, "threshold")
        features, blank_right = _asked(tree, thresholds, width)
        below = np.stack([_whole(tree, "left_child"), _whole(tree, "right_child")], 1)
        if not len(features) == len(thresholds) == len(below) == len(values) - 1:
            raise ValueError("a tree's parts are of different lengths")
        order, spans = _laid_out(below)
    if sorted(order) != list(range(len(values))):
        raise ValueError("a tree's nodes lead nowhere")
    count = -(-len(values) // WORD)
    nodes, words, kept = _cuts(spans)
    leaves = np.zeros(count * WORD)
    bits = np.arange(len(values))
    leaves[bits // WORD * WORD + PLACES[bits % WORD]] = values[order]
    return Trees(
        width=width,
        features=(features + width * blank_right)[nodes].astype(np.int32),
        thresholds=_float32_below(thresholds)[nodes],
        kept=kept,
        cuts=_ends(np.bincount(words, minlength=count)),
        words=_ends([count]),
        leaves=leaves,
    )


def _asked(
    tree: Mapping[str, str], thresholds: NDArray[np.float64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The column that each node asks, and whether it sends what is missing to the right: by the
    node's default, or as zero.
    """
    feature, decision = _whole(tree, "split_feature"), _whole(tree, "decision_type")
    if (decision & CATEGORICAL).any():
        raise ValueError("a tree asks for categories")
    kind = decision >> 2
    if (kind == ZERO_IS_MISSING).any():
        raise ValueError("a tree takes zero for missing")
    if feature.min() < 0 or feature.max() >= width:
        raise ValueError(f"a tree reads a feature outside of {width}")
    if len(decision) != len(thresholds):
        raise ValueError("a tree's parts are of different lengths")
    by_default = (decision & DEFAULT_LEFT) == 0
    return feature, np.where(kind == NAN_IS_MISSING, by_default, thresholds < 0)


def _laid_out(below: NDArray[np.int64]) -> tuple[list[int], NDArray[np.int64]]:
    """The leaves from left to right, and for each node ``(nodes, 2)`` from which place to which
    its left ones stand. ``below`` are each node's left and right, ``~leaf`` below zero.
    """
    order: list[int] = []
    spans = np.full((len(below), 2), -1)
    at, above = 0, list[int]()
    while True:
        while at >= 0:
            if at >= len(below) or spans[at, 0] >= 0:
                raise ValueError("a tree's nodes lead nowhere")
            spans[at, 0] = len(order)
            above.append(at)
            at = int(below[at, 0])
        order.append(~at)
        if not above:
            return order, spans
        node = above.pop()
        spans[node, 1] = len(order)
        at = int(below[node, 1])


def _cuts(
    spans: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """For each word, and each node that has left leaves in it: the node, the word, and the bits of
    all others.
    """
    found = []
    for node, (start, end) in enumerate(spans.tolist()):
        for word in range(start // WORD, -(-end // WORD)):
            from_, to = max(start - word * WORD, 0), min(end - word * WORD, WORD)
            found.append((word, node, ~((1 << to) - (1 << from_)) & 0xFFFFFFFF))
    words, nodes, kept = np.array(sorted(found), np.int64).reshape(-1, 3).T
    return nodes, words, kept.astype(np.uint32)


def _float32_below(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest finite float32 not above each value: a float32 is above both or neither."""
    near = np.minimum(values, LARGEST).astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)


def _ends(lengths: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _fields(block: str) -> dict[str, str]:
    lines = block.split("\n\n", 1)[0].splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _numbers(tree: Mapping[str, str], name: str) -> NDArray[np.float64]:
    if name not in tree:
        raise ValueError(f"a tree has no {name}")
    return np.array(tree[name].split(), np.float64)


def _whole(tree: Mapping[str, str], name: str) -> NDArray[np.int64]:
    return _numbers(tree, name).astype(np.int64)
