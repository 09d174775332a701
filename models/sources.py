"""Where candidates come from: named sources, each proposing its best eligible credentials.

A source is a function of a question, ``Asked -> (rows, scores)``, best first and at most ``QUOTA``
long; empty when it has nothing to go by. A credential that several sources propose is one
candidate with several sources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.kernels import best
from models.kernels.merge import merge
from models.observer import NOBODY, Observer
from models.query import Query
from models.signals import COLUMN, Signals

Proposal = tuple[NDArray[np.int32], NDArray[np.float32]]
Mask = NDArray[np.bool_]


QUOTA: Final = 100

FUSION: Final = 60
"""Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

NOTHING: Final[Proposal] = (np.zeros(0, np.int32), np.zeros(0, np.float32))


NEAREST: Final = 3 * QUOTA
"""So many of the nearest texts are looked up at once, of which some are new and unproven."""


@dataclass(frozen=True)
class Asked:
    """A question and what is known of it; ``eligible`` (n,) marks what may be proposed."""

    bundle: Bundle
    query: Query
    signals: Signals
    eligible: Mask

    @cached_property
    def nearest(self) -> Proposal:
        """The eligible credentials nearest in text to what the learner did last."""
        if self.signals.profile is None:
            return NOTHING
        return _search(self.bundle, "text", self.signals.profile, self.eligible, NEAREST)


Source = Callable[[Asked], Proposal]


@dataclass(frozen=True, slots=True)
class Candidates:
    """``rows`` (m,) ascending; ``ranks`` (m, sources): each one's place with each source
    from 0, or -1 where that source does not propose it. Columns are in ``SOURCES`` order.
    """

    rows: NDArray[np.int32]
    ranks: NDArray[np.int32]


def propose(
    bundle: Bundle,
    query: Query,
    signals: Signals,
    eligible: Mask,
    observer: Observer = NOBODY,
    sources: Mapping[str, Source] | None = None,
) -> Candidates:
    """All sources' proposals as one set of candidates; ``sources`` in the place of ``SOURCES``."""
    asked = Asked(bundle, query, signals, eligible)
    proposed = [source(asked)[0] for source in (sources or SOURCES).values()]
    counts = np.array([len(found) for found in proposed])
    observer.proposed(counts.tolist())
    total = int(counts.sum())
    places = np.zeros(bundle.n, np.int32)
    rows = np.empty(min(total, bundle.manifest.candidates), np.int32)
    ranks = np.full((total, len(proposed)), -1, np.int32)
    fusion = np.empty(total)
    size = merge(
        np.concatenate(proposed), counts, query.pinned, FUSION, places, ranks, rows, fusion
    )
    rows = np.sort(rows[:size])
    return Candidates(rows, ranks[places[rows] - 1])


def fused(ranks: NDArray[np.int32]) -> NDArray[np.float64]:
    """Reciprocal rank fusion ``(m,)`` of each candidate's ranks ``(m, sources)``."""
    return np.asarray(np.where(ranks >= 0, 1.0 / (FUSION + ranks), 0.0).sum(1))


def top(scores: NDArray[np.float32], eligible: Mask, k: int = QUOTA) -> Proposal:
    """The best ``k`` eligible rows with a positive score; ties go to the lower row."""
    values, rows = np.empty(k), np.empty(k, np.int32)
    size = best.best_of_all(scores, eligible, values, rows)
    return rows[:size], values[:size].astype(np.float32)


def first(order: NDArray[np.int32], scores: NDArray[np.float32], eligible: Mask) -> Proposal:
    """The first eligible rows of an ``order`` by ``scores`` (n,)."""
    rows = np.empty(QUOTA, np.int32)
    rows = rows[: best.first_of(order, eligible, rows)]
    return rows, scores[rows]


def _signal(name: str) -> Source:
    column = COLUMN[name]

    def source(asked: Asked) -> Proposal:
        met = asked.signals.met
        if np.isnan(met.blank[column]):
            return NOTHING
        values, rows = np.empty(QUOTA), np.empty(QUOTA, np.int32)
        size = best.best_of_some(met.table, column, met.rows, asked.eligible, values, rows)
        return rows[:size], values[:size].astype(np.float32)

    return source


def collaborative(asked: Asked) -> Proposal:
    """Nearest to the learner's folded-in vector."""
    vector = asked.signals.vector
    if vector is None:
        return NOTHING
    return _search(asked.bundle, "collaborative", vector, asked.eligible, QUOTA)


def semantic(asked: Asked) -> Proposal:
    """Nearest in text to what the learner did last."""
    rows, scores = asked.nearest
    return rows[:QUOTA], scores[:QUOTA]


def popular(asked: Asked) -> Proposal:
    """Met by most learners."""
    behaviour = asked.bundle.behaviour
    return first(behaviour.by_learners, behaviour.learners_of, asked.eligible)


def _trending(horizon: int) -> Source:
    """Met by most learners lately, as of the moment of asking, by one of the trend's values."""

    def source(asked: Asked) -> Proposal:
        trend, values = asked.bundle.behaviour.trend, asked.signals.trend
        if trend is None or values is None:
            return NOTHING
        if trend.stands(asked.query.at):
            return first(trend.leading[horizon], values[:, horizon], asked.eligible)
        found, counts = top(values[trend.taken, horizon], asked.eligible[trend.taken])
        return trend.taken[found], counts

    return source


def unproven(asked: Asked) -> Proposal:
    """Credentials nobody has met yet, by what they close of the gap and by their text."""
    bundle, gap, profile = asked.bundle, asked.signals.gap, asked.signals.profile
    fresh = asked.eligible & bundle.behaviour.unmet
    if not fresh.any():
        return NOTHING
    near, closing, more = NOTHING[0], NOTHING[0], 0.0
    if profile is not None:
        near, texts = asked.nearest
        if np.count_nonzero(fresh[near]) < QUOTA and len(near) == NEAREST:
            near, texts = _nearest_unmet(bundle, profile, fresh)
        new = fresh[near]
        if gap is not None and np.count_nonzero(new) >= QUOTA:
            # What is not among the nearest is at most as near as the last of them, and must be
            # better than the last of the best so far.
            sums = texts[new] + gap.closing[near[new]]
            more = float(np.partition(sums, -QUOTA)[-QUOTA] - texts[-1])
        near = near[new]
    if gap is not None:
        closing = gap.closers.rows
        closing = closing[
            fresh[closing] & (gap.closing[closing] > 0) & (gap.closing[closing] >= more)
        ]
    # What closes nothing can be among the best only if its text is among the nearest.
    both = np.sort(np.concatenate([near, closing]))
    rows = np.concatenate([both[:1], both[1:][both[1:] > both[:-1]]])
    scores = np.zeros(len(rows), np.float32)
    if gap is not None:
        scores += gap.closing[rows]
    if profile is not None:
        scores += bundle.knowledge.text_vectors[rows] @ profile
    found, values = top(scores, np.ones(len(rows), np.bool_))
    return rows[found], values


def remaining(asked: Asked) -> Proposal:
    """Where too few credentials were ever met to fill the answer: the rest, in catalogue order."""
    met, _ = popular(asked)
    wanting = asked.query.limit - len(met)
    if wanting <= 0:
        return NOTHING
    left = asked.eligible & asked.bundle.behaviour.unmet
    rows = np.flatnonzero(left)[:wanting].astype(np.int32)
    return rows, np.zeros(len(rows), np.float32)


def _nearest_unmet(bundle: Bundle, profile: NDArray[np.float32], fresh: Mask) -> Proposal:
    """The nearest in text among those that nobody met: large catalogues have an index of them."""
    if "unmet" not in bundle.indexes:
        return _search(bundle, "text", profile, fresh, QUOTA)
    unmet = bundle.behaviour.unmet_rows
    found, scores = _search(bundle, "unmet", profile, fresh[unmet], QUOTA)
    return unmet[found], scores


def _search(
    bundle: Bundle, index: str, vector: NDArray[np.float32], eligible: Mask, k: int
) -> Proposal:
    rows, scores = bundle.indexes[index].search(vector[None, :], k, eligible)
    found = rows[0] >= 0
    return rows[0][found].astype(np.int32), scores[0][found]


SOURCES: Final[Mapping[str, Source]] = {
    "next_step": _signal("next_fast_6"),
    "next_later": _signal("next_slow_9"),
    "in_session": _signal("in_session"),
    "item_item": _signal("item_item"),
    "collaborative": collaborative,
    "alike": _signal("alike"),
    "gap": _signal("gap"),
    "semantic": semantic,
    "stack": _signal("stack"),
    "popular_for_role": _signal("popular_for_role"),
    "popular": popular,
    "recent": _trending(0),
    "lasting": _trending(-1),
    "unproven": unproven,
    "remaining": remaining,
}
