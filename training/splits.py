"""Splits of learner histories into what is known and what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.errors import UsageError
from training.interactions import DISMISS, Interactions

FEWEST = 3
"""``last`` asks only learners who met at least this many distinct credentials."""

CUT = 0.8
"""``temporal`` cuts at this quantile of the times of all interactions, unless told another."""

ASKED = 2000
"""So many learners of an inner split are enough to judge a setting by."""


@dataclass(frozen=True, slots=True)
class Split:
    """What a recommender may know (``train``) and what it is asked.

    ``learners`` (int32, ``(m,)``, ascending) are the rows of the test learners, ``at``
    (float64, ``(m,)``) the moment each of them asks, in the unit of ``train.at``.
    ``relevant`` is a CSR matrix ``(m, n_credentials)`` of ones at the credentials that
    answer the question; every row holds at least one.
    """

    kind: Literal["last", "temporal", "given"]
    train: Interactions
    learners: NDArray[np.int32]
    at: NDArray[np.float64]
    relevant: csr_array

    def __len__(self) -> int:
        return len(self.learners)

    def only(self, chosen: NDArray[np.bool_]) -> Split:
        """The same split asking the learners under the mask ``(m,)``; training stays whole."""
        return replace(
            self,
            learners=self.learners[chosen],
            at=self.at[chosen],
            relevant=self.relevant[chosen],
        )

    def forgotten(self) -> Split:
        """The same questions by learners of whom nothing is known. Who never did anything has no
        moment of their own: they ask when all that ``train`` held has happened.
        """
        return replace(
            self,
            train=self.train.where(np.zeros(len(self.train), np.bool_)),
            at=np.maximum(self.at, self.train.at.max(initial=-np.inf) + 1.0),
        )

    def asking_for(self, wanted: NDArray[np.bool_]) -> Split:
        """The same split with no other answers than those under the mask ``(n_credentials,)``;
        learners left without any are not asked.
        """
        relevant = csr_array(self.relevant, copy=True)
        relevant.data[~wanted[relevant.indices]] = 0
        relevant.eliminate_zeros()
        return replace(self, relevant=relevant).only(np.diff(relevant.indptr) > 0)


def last(interactions: Interactions) -> Split:
    """Ask every learner with at least ``FEWEST`` distinct credentials for the last new one.

    Such a learner keeps only what lies before that meeting, so that later visits to the
    answer cannot give it away; everyone else keeps everything.
    """
    first = interactions.first_meetings()
    counts = np.bincount(interactions.learner[first], minlength=interactions.n_learners)
    learners = np.flatnonzero(counts >= FEWEST)
    asked = np.flatnonzero(first)[np.cumsum(counts)[learners] - 1]
    end = np.full(interactions.n_learners, len(interactions))
    end[learners] = asked
    known = np.arange(len(interactions)) < end[interactions.learner]
    return _split("last", interactions.where(known), interactions, asked)


def temporal(interactions: Interactions, cut: float = CUT) -> Split:
    """Cut at one moment for all, the quantile ``cut`` of the times of all interactions; ask for
    the credentials a learner first met after it.

    Learners without any history before the cut are asked too. Each learner asks at the
    time of their first new meeting after the cut.

    Raises ``UsageError`` when the interactions carry an order but no times.
    """
    if not interactions.dated:
        raise UsageError(
            "the temporal split needs times that can be compared between learners, but "
            "occurred_at holds plain order numbers here; use the split 'last' instead"
        )
    moment = np.quantile(interactions.at, cut) if len(interactions) else np.inf
    known = interactions.at <= moment
    asked = np.flatnonzero(interactions.first_meetings() & ~known)
    return _split("temporal", interactions.where(known), interactions, asked)


def given(train: Interactions, test: Interactions) -> Split:
    """Ask for the credentials of ``test`` that the learner has not met in ``train``.

    Both must use the same rows for learners and credentials. The moment of the question
    is the learner's first new meeting in ``test``.
    """
    if (train.n_learners, train.n_credentials) != (test.n_learners, test.n_credentials):
        raise ValueError("train and test must share their learner and credential rows")
    met = np.unique(_pairs(train)[train.kind != DISMISS])
    asked = np.flatnonzero(test.first_meetings() & ~np.isin(_pairs(test), met))
    return _split("given", train, test, asked)


def inner(split: Split) -> Split:
    """The same kind of split within the training part, to tune on; ``given`` uses ``last``."""
    kinds: dict[str, Callable[[Interactions], Split]] = {"temporal": temporal}
    return kinds.get(split.kind, last)(split.train)


def sampled(split: Split, seed: int, most: int = ASKED) -> Split:
    """The same split asking at most ``most`` of its learners; the training part stays whole."""
    if len(split) <= most:
        return split
    chosen = np.zeros(len(split), np.bool_)
    chosen[np.random.default_rng(seed).permutation(len(split))[:most]] = True
    return split.only(chosen)


def _pairs(interactions: Interactions) -> NDArray[np.int64]:
    wide = interactions.learner.astype(np.int64)
    return wide * interactions.n_credentials + interactions.credential


def _split(
    kind: Literal["last", "temporal", "given"],
    train: Interactions,
    test: Interactions,
    asked: NDArray[np.int64],
) -> Split:
    """Gather the positions ``asked`` of ``test``, each a distinct pair, by learner."""
    learners, start = np.unique(test.learner[asked], return_index=True)
    indptr = np.append(start, len(asked))
    shape = (len(learners), test.n_credentials)
    ones = np.ones(len(asked), np.float32)
    return Split(
        kind=kind,
        train=train,
        learners=learners.astype(np.int32),
        at=test.at[asked[start]],
        relevant=csr_array((ones, test.credential[asked], indptr), shape=shape),
    )
