"""Trying what is not known to be best, with probabilities that are known exactly.

Without any chance in what is shown, a log tells nothing about other rankings. Here only the first
place is left to chance, so that a list stays good and one number per item tells all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Exploration:
    """Who comes first is drawn with probability ``epsilon`` (0..1) from the first ``among`` items
    of the list, by softmax of their scores at a ``temperature`` (> 0, in scores).

    The same ``seed`` (≥ 0) draws the same, so that an answer can be repeated.
    """

    epsilon: float
    among: int
    temperature: float
    seed: int


def propensities(scores: NDArray[np.float64], by: Exploration) -> NDArray[np.float64]:
    """The probability ``(k,)`` of each item to come first; ``scores`` (k,), the best item first.

    ``(1 − ε) · [it is the best] + ε · softmax(scores / temperature)``: ε-greedy, its draw that of
    the first place of a Plackett–Luce ranking (Plackett, The analysis of permutations, 1975).
    """
    weights = np.exp((scores - scores.max()) / by.temperature)
    found = by.epsilon * weights / weights.sum()
    found[0] += 1.0 - by.epsilon
    return np.asarray(found)


def drawn(odds: NDArray[np.float64], seed: int) -> int:
    """The place that falls to ``seed``, with the probabilities ``odds`` (k,) over all seeds."""
    point = np.random.default_rng(seed).random()
    return min(int(np.searchsorted(np.cumsum(odds), point, "right")), len(odds) - 1)
