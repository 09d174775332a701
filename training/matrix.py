"""Histories as sparse learner-by-credential matrices, and credentials by what they teach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.interactions import Interactions
from training.knowledge import Catalogue


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


def largest(
    matrix: csr_array, kept: int, by: Callable[[NDArray[Any]], NDArray[Any]] = np.abs
) -> csr_array:
    """Only the ``kept`` entries of each row that are largest in ``by``, of equal ones the first."""
    matrix = csr_array(matrix)
    matrix.sort_indices()
    length = np.diff(matrix.indptr)
    chosen = np.ones(matrix.nnz, np.bool_)
    # Few rows of a large catalogue are long, and only those need sorting.
    within = np.flatnonzero(np.repeat(length > kept, length))
    row = np.repeat(np.arange(len(length)), length)[within]
    order = within[np.lexsort((-by(matrix.data[within]), row))]
    begins = np.cumsum(np.where(length > kept, length, 0)) - length
    chosen[order[np.arange(len(order)) - begins[row] >= kept]] = False
    counts = np.minimum(length, kept)
    return csr_array(
        (matrix.data[chosen], matrix.indices[chosen], np.concatenate([[0], np.cumsum(counts)])),
        shape=matrix.shape,
    )


def item_features_of(catalogue: Catalogue) -> csr_array | None:
    """Credentials by skills taught, ``(n, s)``; ``None`` where no skill is known."""
    names = ("teaches.indices", "teaches.indptr")
    indices, indptr = (catalogue.arrays[name] for name in names)
    n_skills = len(catalogue.tables["skills"]["id"])
    if not len(indices):
        return None
    ones = np.ones(len(indices), np.float32)
    narrow = indptr.astype(np.int32)  # LightFM takes no wider index
    return csr_array((ones, indices, narrow), shape=(len(indptr) - 1, n_skills))
