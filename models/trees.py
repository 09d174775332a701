"""Boosted trees, read from LightGBM's own text and walked without LightGBM.

The scores are LightGBM's to the last bit: the same leaves are added in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.kernels.trees import add_trees

CATEGORICAL: Final = 1
DEFAULT_LEFT: Final = 2
"""Bits of LightGBM's ``decision_type``; the two above them say what counts as missing."""

ZERO_IS_MISSING: Final = 1
NAN_IS_MISSING: Final = 2

LARGEST: Final = float(np.finfo(np.float32).max)

EARLY: Final = 3
"""One in so many trees decides which rows are worth all of them."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees over tables of ``width`` features, all nodes end to end.

    Node ``i`` reads column ``features[i]`` of the table as ``_filled`` gives it, and compares it
    with ``thresholds[i]``. It leads to ``children[2 * i]`` or ``children[2 * i + 1]``, nodes or,
    below zero, ``~leaf``; so do ``roots``, one a tree. ``leaves`` are values.
    """

    width: int
    features: NDArray[np.int32]
    thresholds: NDArray[np.float32]
    children: NDArray[np.int32]
    leaves: NDArray[np.float64]
    roots: NDArray[np.int32]

    @classmethod
    def parse(cls, text: str, width: int) -> Self:
        """Read a model's text. Raises ``ValueError`` where it is none, or of another kind."""
        trees = [_fields(block) for block in text.split("\nTree=")[1:]]
        if not trees:
            raise ValueError("it holds no trees")
        nodes, leaves = 0, 0
        features, thresholds, children, values, roots = [], [], [], [], []
        for tree in trees:
            leaf = _numbers(tree, "leaf_value")
            values.append(leaf)
            if len(leaf) == 1:
                roots.append(~leaves)
            else:
                features.append(_columns(tree, width))
                thresholds.append(_float32_below(_numbers(tree, "threshold")))
                below = np.stack([_whole(tree, "left_child"), _whole(tree, "right_child")], 1)
                if not len(features[-1]) == len(thresholds[-1]) == len(below) == len(leaf) - 1:
                    raise ValueError("a tree's parts are of different lengths")
                if below.min() < -len(leaf) or below.max() >= len(below):
                    raise ValueError("a tree's nodes lead nowhere")
                children.append(np.where(below >= 0, below + nodes, below - leaves))
                roots.append(nodes)
                nodes += len(below)
            leaves += len(leaf)
        return cls(
            width=width,
            features=_joined(features, np.int32),
            thresholds=_joined(thresholds, np.float32),
            children=_joined(children, np.int32),
            leaves=_joined(values, np.float64),
            roots=np.array(roots, np.int32),
        )

    def score(self, table: NDArray[np.float32], most: int | None = None) -> NDArray[np.float64]:
        """The sums of leaves ``(m,)`` of a table ``(m, width)``.

        With ``most``, only so many rows, those that the first third of the trees like best, are
        scored by all; the others follow the last of these, in their order by that third.
        """
        scores = np.zeros(len(table))
        filled, rows = _filled(table), np.arange(len(table), dtype=np.int32)
        trees = len(self.roots)
        if most is None or most >= len(rows):
            self._add(filled, rows, 0, trees, scores)
            return scores
        early = -(-trees // EARLY)
        self._add(filled, rows, 0, early, scores)
        order = np.argsort(-scores, kind="stable").astype(np.int32)
        kept, left = order[:most], order[most:]
        self._add(filled, kept, early, trees, scores)
        scores[left] += min(0.0, float(scores[kept].min() - scores[left[0]]))
        return scores

    def _add(
        self,
        filled: NDArray[np.float32],
        rows: NDArray[np.int32],
        first: int,
        last: int,
        scores: NDArray[np.float64],
    ) -> None:
        add_trees(
            filled, rows, self.features, self.thresholds, self.children, self.leaves, self.roots,
            first, last, scores,
        )  # fmt: skip


def _filled(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The table three times side by side: with what is missing below everything, above
    everything, and zero. A node then needs no other comparison for it.
    """
    missing = np.isnan(table)
    width = table.shape[1]
    filled = np.empty((len(table), 3 * width), np.float32)
    for place, value in enumerate((-np.inf, np.inf, 0.0)):
        part = filled[:, place * width : (place + 1) * width]
        part[:] = table
        part[missing] = value
    return filled


def _columns(tree: Mapping[str, str], width: int) -> NDArray[np.int32]:
    """The columns of ``_filled`` that a tree's nodes read."""
    feature, decision = _whole(tree, "split_feature"), _whole(tree, "decision_type")
    if (decision & CATEGORICAL).any():
        raise ValueError("a tree asks for categories")
    kind = decision >> 2
    if (kind == ZERO_IS_MISSING).any():
        raise ValueError("a tree takes zero for missing")
    if feature.min() < 0 or feature.max() >= width:
        raise ValueError(f"a tree reads a feature outside of {width}")
    left = (decision & DEFAULT_LEFT) > 0
    fill = np.where(kind == NAN_IS_MISSING, np.where(left, 0, 1), 2)
    return np.asarray(feature + fill * width, np.int32)


def _float32_below(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest finite float32 not above each value: a float32 is above both or neither, and
    what is missing is above them all where it is filled in above everything.
    """
    near = np.minimum(values, LARGEST).astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)


def _fields(block: str) -> dict[str, str]:
    lines = block.split("\n\n", 1)[0].splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _numbers(tree: Mapping[str, str], name: str) -> NDArray[np.float64]:
    if name not in tree:
        raise ValueError(f"a tree has no {name}")
    return np.array(tree[name].split(), np.float64)


def _whole(tree: Mapping[str, str], name: str) -> NDArray[np.int64]:
    return _numbers(tree, name).astype(np.int64)


def _joined(parts: list[NDArray[Any]], kind: Any) -> NDArray[Any]:
    flat = [part.ravel() for part in parts]
    return np.concatenate(flat).astype(kind) if flat else np.zeros(0, kind)
