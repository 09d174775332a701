"""Histories as sparse learner-by-credential matrices."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from training.interactions import Interactions


def met_matrix(interactions: Interactions) -> csr_array:
    """Ones (float32) where a learner met a credential, shape ``(n_learners, n_credentials)``.

    Every pair counts once, and dismissals do not count. Within a row the columns keep
    the order in which the learner met them.
    """
    first = interactions.first_meetings()
    counts = np.bincount(interactions.learner[first], minlength=interactions.n_learners)
    return csr_array(
        (
            np.ones(counts.sum(), np.float32),
            interactions.credential[first],
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(interactions.n_learners, interactions.n_credentials),
    )
