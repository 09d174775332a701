"""Base models of what learners did: fitted once for the bundle, and once per fold."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.features import SESSION_GAP
from models.sparse import Csr
from training import fading, journeys
from training.baselines.ease import LARGEST, Ease
from training.baselines.neighbours import ItemKnn
from training.interactions import DISMISS, Interactions
from training.matrix import met_matrix
from training.steps import Steps

SLOW: Final = 0.8
FAST: Final = 0.4
"""What a transition keeps of its weight with every step between the two credentials."""

BACKWARD: Final = 0.3
"""What learners did just before counts so much as what they did just after."""

SMOOTHING: Final = 1.0
"""Transitions out of a credential are divided by their sum plus this, so that few count little."""

KEPT: Final = 300
"""Entries kept per row of a matrix between credentials, the largest in size."""

SOON: Final = 3
"""A learner "went on" to what was met within so many steps."""

Arrays = dict[str, NDArray[Any]]


def fit(
    train: Interactions,
    roles: NDArray[np.int32],
    n_roles: int,
    ridge: float,
) -> Arrays:
    """Arrays of ``models.bundle.Behaviour``, the collaborative factors aside.

    ``roles`` ``(n_learners,)`` holds each learner's target role, -1 where unknown; ``ridge`` is
    the penalty of the item-to-item model.
    """
    steps = Steps.of(train, repeats=True)
    slow, fast = steps.transitions(SLOW), steps.transitions(FAST)
    n = train.n_credentials
    learners_of = np.asarray(met_matrix(train).sum(axis=0), np.float32)
    arrays: Arrays = {"learners_of": learners_of}
    arrays |= _named("following_slow", _shares(slow + BACKWARD * slow.T))
    arrays |= _named("following_fast", _shares(fast + BACKWARD * fast.T))
    arrays |= _named("preceding", _shares(csr_array(slow.T)))
    arrays |= _named("in_session", _shares(_in_session(train)))
    arrays |= _named("item_item", _item_item(train, ridge))
    arrays |= _named("followers", _soon_after(Steps.of(train, repeats=False), n))
    arrays |= _by_role(train, roles, n_roles)
    arrays["pairs"], after_pair = journeys.after_pairs(train)
    arrays |= _named("after_pair", after_pair)
    taken, passing = journeys.journeys(train)
    arrays |= _plain("taken", taken) | _plain("passing", passing)
    arrays["begun_with"] = journeys.begun_with(train)
    return arrays | (fading.fit(train) if train.dated else {})


def truncated(matrix: csr_array, kept: int = KEPT) -> csr_array:
    """Only the ``kept`` entries of each row that are largest in absolute value."""
    matrix = csr_array(matrix)
    length = np.diff(matrix.indptr)
    row = np.repeat(np.arange(matrix.shape[0]), length)
    order = np.lexsort((matrix.indices, -np.abs(matrix.data), row))
    place = np.arange(len(order)) - np.repeat(matrix.indptr[:-1], length)
    chosen = np.sort(order[place < kept])
    return csr_array(
        (matrix.data[chosen], (row[chosen], matrix.indices[chosen])), shape=matrix.shape
    )


def _shares(counts: csr_array) -> csr_array:
    total = np.asarray(counts.sum(axis=1)) + SMOOTHING
    shares = csr_array(counts, copy=True)
    shares.data = shares.data / np.repeat(total, np.diff(shares.indptr))
    return truncated(shares)


def _in_session(train: Interactions) -> csr_array:
    """Counts of steps to another credential within one sitting."""
    acts = train.where(train.kind != DISMISS)
    same = acts.learner[1:] == acts.learner[:-1]
    moved = acts.credential[1:] != acts.credential[:-1]
    near = same & moved & (np.diff(acts.at) < SESSION_GAP) & train.dated
    pairs = (acts.credential[:-1][near], acts.credential[1:][near])
    n = train.n_credentials
    return csr_array((np.ones(int(near.sum())), pairs), shape=(n, n))


def _item_item(train: Interactions, ridge: float) -> csr_array:
    if np.count_nonzero(met_matrix(train).sum(axis=0)) > LARGEST:
        # The closed form grows with the third power of the catalogue; neighbours do not.
        return truncated(ItemKnn().fit(train, ItemKnn.grid[0], seed=0).weights)
    fitted = Ease().fit(train, {"ridge": ridge}, seed=0)
    part = truncated(csr_array(fitted.weights)).tocoo()
    n, inside = train.n_credentials, fitted.inside
    return csr_array((part.data, (inside[part.row], inside[part.col])), shape=(n, n))


def _soon_after(steps: Steps, n: int) -> csr_array:
    counts = csr_array((n, n))
    for gap in range(1, SOON + 1):
        same = steps.learner[gap:] == steps.learner[:-gap]
        pairs = (steps.credential[:-gap][same], steps.credential[gap:][same])
        counts = counts + csr_array((np.ones(len(pairs[0])), pairs), shape=(n, n))
    return truncated(counts)


def _by_role(train: Interactions, roles: NDArray[np.int32], n_roles: int) -> Arrays:
    """Share, of the learners seen who aim at a role, that met a credential."""
    aiming = np.flatnonzero((roles >= 0) & (np.diff(train.indptr) > 0))
    group = csr_array(
        (np.ones(len(aiming)), (roles[aiming], aiming)), shape=(n_roles, train.n_learners)
    )
    counts = csr_array(group @ met_matrix(train))
    size = np.asarray(group.sum(axis=1), np.float32)
    counts.data = counts.data / np.repeat(size, np.diff(counts.indptr))
    return {"learners_for_role": size} | _named("popular_for_role", truncated(counts))


def _named(name: str, matrix: csr_array) -> Arrays:
    rows = csr_array(matrix)
    rows.sort_indices()
    plain = Csr(
        rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data.astype(np.float32)
    )
    return _plain(name, plain)


def _plain(name: str, plain: Csr) -> Arrays:
    return {
        f"{name}.indptr": plain.indptr,
        f"{name}.indices": plain.indices,
        f"{name}.values": plain.values,
    }
