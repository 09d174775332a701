"""Where candidates come from: named sources, each proposing its best eligible credentials.

A source is a function ``(bundle, query, signals, eligible) -> (rows, scores)``, best first
and at most ``QUOTA`` long; empty when it has nothing to go by. A credential that several
sources propose is one candidate with several sources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.observer import NOBODY, Observer
from models.query import Query
from models.signals import Signals

Proposal = tuple[NDArray[np.int32], NDArray[np.float32]]
Mask = NDArray[np.bool_]
Source = Callable[[Bundle, Query, Signals, Mask], Proposal]

QUOTA: Final = 100

MOST: Final = 400
"""So many candidates are ranked: the best by reciprocal rank fusion over the sources."""

FUSION: Final = 60
"""Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

NOTHING: Final[Proposal] = (np.zeros(0, np.int32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Candidates:
    """``rows`` (m,) ascending; ``ranks`` (m, sources): each one's place with each source
    from 0, or -1 where that source does not propose it. Columns are in ``SOURCES`` order.
    """

    rows: NDArray[np.int32]
    ranks: NDArray[np.int32]


def propose(
    bundle: Bundle, query: Query, signals: Signals, eligible: Mask, observer: Observer = NOBODY
) -> Candidates:
    """All sources' proposals as one set of candidates."""
    proposed = [source(bundle, query, signals, eligible)[0] for source in SOURCES.values()]
    observer.proposed([len(found) for found in proposed])
    rows = np.unique(np.concatenate(proposed)).astype(np.int32)
    ranks = np.full((len(rows), len(proposed)), -1, np.int32)
    for column, found in enumerate(proposed):
        ranks[np.searchsorted(rows, found), column] = np.arange(len(found))
    if len(rows) > MOST:
        pinned = np.isin(rows, query.pinned)
        order = np.lexsort((rows, -fused(ranks), ~pinned))
        kept = np.sort(order[:MOST])
        rows, ranks = rows[kept], ranks[kept]
    return Candidates(rows, ranks)


def fused(ranks: NDArray[np.int32]) -> NDArray[np.float64]:
    """Reciprocal rank fusion ``(m,)`` of each candidate's ranks ``(m, sources)``."""
    return np.asarray(np.where(ranks >= 0, 1.0 / (FUSION + ranks), 0.0).sum(1))


def top(scores: NDArray[np.float32], eligible: Mask, k: int = QUOTA) -> Proposal:
    """The best ``k`` eligible rows with a positive score; ties go to the lower row."""
    rows = np.flatnonzero(eligible & (scores > 0))
    if len(rows) > k:
        kept = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        rows = rows[scores[rows] >= kept]
    order = np.lexsort((rows, -scores[rows]))[:k]
    return rows[order].astype(np.int32), scores[rows[order]]


def _dense(name: str) -> Source:
    def source(_: Bundle, __: Query, signals: Signals, eligible: Mask) -> Proposal:
        scores = signals.dense.get(name)
        return NOTHING if scores is None else top(scores, eligible)

    return source


def collaborative(bundle: Bundle, _query: Query, signals: Signals, eligible: Mask) -> Proposal:
    """Nearest to the learner's folded-in vector."""
    if signals.vector is None:
        return NOTHING
    return _search(bundle, "collaborative", signals.vector, eligible)


def semantic(bundle: Bundle, _query: Query, signals: Signals, eligible: Mask) -> Proposal:
    """Nearest in text to what the learner did last."""
    if signals.profile is None:
        return NOTHING
    return _search(bundle, "text", signals.profile, eligible)


def popular(bundle: Bundle, _query: Query, _signals: Signals, eligible: Mask) -> Proposal:
    """Met by most learners."""
    return top(bundle.behaviour.learners_of, eligible)


def _trending(horizon: int) -> Source:
    """Met by most learners lately, as of the moment of asking, by one of the trend's values."""

    def source(_: Bundle, __: Query, signals: Signals, eligible: Mask) -> Proposal:
        if signals.trend is None:
            return NOTHING
        return top(signals.trend[:, horizon], eligible)

    return source


def unproven(bundle: Bundle, query: Query, signals: Signals, eligible: Mask) -> Proposal:
    """Credentials nobody has met yet, by what they close of the gap and by their text."""
    fresh = eligible & (bundle.behaviour.learners_of == 0)
    if not fresh.any():
        return NOTHING
    scores = np.zeros(bundle.n, np.float32)
    if signals.gap is not None:
        scores += signals.gap.closing
    if signals.profile is not None:
        rows = np.flatnonzero(fresh)
        scores[rows] += bundle.knowledge.text_vectors[rows] @ signals.profile
    return top(scores, fresh)


def remaining(bundle: Bundle, query: Query, _signals: Signals, eligible: Mask) -> Proposal:
    """Where too few credentials were ever met to fill the answer: the rest, in catalogue order."""
    met = eligible & (bundle.behaviour.learners_of > 0)
    wanting = max(0, query.limit - int(met.sum()))
    rows = np.flatnonzero(eligible & ~met)[:wanting].astype(np.int32)
    return rows, np.zeros(len(rows), np.float32)


def _search(bundle: Bundle, index: str, vector: NDArray[np.float32], eligible: Mask) -> Proposal:
    rows, scores = bundle.indexes[index].search(vector[None, :], QUOTA, eligible)
    found = rows[0] >= 0
    return rows[0][found].astype(np.int32), scores[0][found]


SOURCES: Final[Mapping[str, Source]] = {
    "next_step": _dense("next_fast_6"),
    "next_later": _dense("next_slow_9"),
    "in_session": _dense("in_session"),
    "item_item": _dense("item_item"),
    "collaborative": collaborative,
    "alike": _dense("alike"),
    "gap": _dense("gap"),
    "semantic": semantic,
    "stack": _dense("stack"),
    "popular_for_role": _dense("popular_for_role"),
    "popular": popular,
    "recent": _trending(0),
    "lasting": _trending(-1),
    "unproven": unproven,
    "remaining": remaining,
}
