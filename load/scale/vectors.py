"""Unit vectors that lie together by topic, subject and field, as those of texts do."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

TOPIC: Final = 200
"""Credentials of a topic."""
SHARED: Final = ((100, 1.0), (10, 0.8), (1, 0.6))
"""So many topics share a part of that length: those of a field, of a subject, the topic itself."""
APART: Final = 0.8
"""Length of what a vector has of its own."""
BLOCK: Final = 100_000


def topics(n: int) -> NDArray[np.int64]:
    """Where the rows of each topic begin and end; rows of a topic lie together."""
    return np.linspace(0, n, max(2, n // TOPIC) + 1).astype(np.int64)


def clustered(n: int, dim: int, seed: int) -> NDArray[np.float32]:
    """``(n, dim)``, in topics as ``topics`` tells."""
    chance, starts = np.random.default_rng(seed), topics(n)
    count = len(starts) - 1
    centres = np.zeros((count, dim), np.float32)
    for together, length in SHARED:
        parts = chance.standard_normal((-(-count // together), dim), np.float32)
        centres += length * np.repeat(_unit(parts), together, axis=0)[:count]
    found = np.repeat(centres, np.diff(starts), axis=0)
    for start in range(0, n, BLOCK):
        block = found[start : start + BLOCK]
        block += (APART / dim**0.5) * chance.standard_normal(block.shape, np.float32)
        block[:] = _unit(block)
    return found


def questions(vectors: NDArray[np.float32], count: int, seed: int) -> NDArray[np.float32]:
    """Means of three vectors of a topic, as learners ask them."""
    chance, starts = np.random.default_rng(seed), topics(len(vectors))
    topic = chance.integers(len(starts) - 1, size=count)
    rows = chance.integers(starts[topic], starts[topic + 1], size=(3, count))
    return np.asarray(vectors[rows].mean(0))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
