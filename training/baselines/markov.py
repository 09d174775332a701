"""What learners do next: decayed transitions between credentials."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.sparse import csr_array

from training.baselines.base import Params, popularity
from training.baselines.neighbours import Linear
from training.interactions import Interactions
from training.matrix import met_matrix
from training.steps import Steps


class Markov:
    """Sum over the history of ``decay ** steps_back * P(credential | step)``.

    ``P`` comes from the training sequences: a pair ``g`` steps apart counts
    ``decay ** (g - 1)``, a pair in the opposite order ``backward`` times that, and the
    counts out of a credential are divided by their sum plus one. With ``repeats`` a
    return to a credential is a step of its own, unless it follows itself.
    """

    name = "markov"
    grid: tuple[Params, ...] = tuple(
        {"decay": decay, "backward": backward, "repeats": repeats}
        for decay, backward, repeats in itertools.product((0.5, 0.7, 0.3), (0.3, 0.0), (0, 1))
    )

    def fit(self, train: Interactions, params: Params, seed: int) -> Linear:
        """Count the transitions and divide them by how often each credential was left."""
        steps = Steps.of(train, repeats=bool(params["repeats"]))
        counts = steps.transitions(params["decay"])
        counts = csr_array(counts + params["backward"] * counts.T)
        left = np.asarray(counts.sum(axis=1)) + 1
        counts.data = (counts.data / np.repeat(left, np.diff(counts.indptr))).astype(np.float32)
        return Linear(steps.history(params["decay"]), counts, popularity(met_matrix(train)))
