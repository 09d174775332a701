"""What decides an answer: gap → candidates → filter → features → rank → diversify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import features, gap, signals, sources
from models.bundle import Bundle
from models.demand import lifted
from models.diversify import choose, without_overlap, without_repeats, without_unwanted
from models.eligibility import eligible
from models.observer import NOBODY, Observer
from models.query import Query, unguided
from models.signals import Signals
from models.sources import Candidates, fused

LEAST: Final = float(np.finfo(np.float32).tiny)
"""The prior is never taken for less, so that its logarithm is finite."""

ADDED_FOR_VARIETY: Final = 3
"""The list is chosen from so many times its length, or from all where issuers are capped or
places kept."""

ADDED_FOR_GOAL: Final = 10
"""Towards a role it is chosen from more, since what the first items close counts no more."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An answer before it is worded: ``places`` (≤ limit,) index ``candidates``, best first.

    ``table`` (m, features) is what the ranker saw, ``raw`` (m,) what it said; ``scores``
    (m,) in 0..1 are what decides.
    """

    known: Signals
    candidates: Candidates
    table: NDArray[np.float32]
    raw: NDArray[np.float64]
    scores: NDArray[np.float64]
    places: NDArray[np.int64]


def rank(bundle: Bundle, query: Query, observer: Observer = NOBODY) -> Ranked:
    """Everything that decides an answer, in row numbers."""
    state = gap.measure(bundle, query)
    observer.done("gap")
    known = signals.compute(bundle, query, state)
    observer.done("signals")
    among = eligible(bundle, query)
    observer.done("eligibility")
    candidates = sources.propose(bundle, query, known, among, observer)
    observer.done("candidates")
    rows = candidates.rows
    table = features.matrix(bundle, query, known, candidates)
    observer.done("features")
    raw = raw_scores(bundle, query, candidates, table)
    observer.done("rank")
    mixed = lifted(bundle, query, known.demand, rows, traded(query, known, rows, raw))
    scores = without_unwanted(bundle, query, rows, mixed)
    order = np.lexsort((rows, -scores))
    added = ADDED_FOR_VARIETY if known.gap is None else ADDED_FOR_GOAL
    from_all = query.max_per_issuer is not None or bool(query.floors)
    depth = len(order) if from_all else query.limit * added
    chosen = np.arange(len(order)) < depth
    if len(query.pinned):
        chosen |= np.isin(rows[order], query.pinned)
    order = order[chosen]
    scores[order] = without_overlap(query, known.gap, rows[order], scores[order])
    order = order[np.lexsort((rows[order], -scores[order]))]
    scores[order] = without_repeats(bundle, rows[order], scores[order])
    order = order[np.lexsort((rows[order], -scores[order]))]
    places = order[choose(bundle, query, rows[order], scores[order])]
    observer.done("diversify")
    return Ranked(known, candidates, table, raw, scores, places)


def engagement(
    bundle: Bundle, query: Query, known: Signals, among: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How likely each credential under the mask ``(n,)`` is to be taken, relative to the
    likeliest: 0..1, and 0 for what no source proposes.
    """
    found = np.zeros(bundle.n)
    candidates = sources.propose(bundle, query, known, among)
    if len(candidates.rows):
        raw = raw_scores(
            bundle, query, candidates, features.matrix(bundle, query, known, candidates)
        )
        found[candidates.rows] = np.exp(raw - raw.max())
    return found


def raw_scores(
    bundle: Bundle, query: Query, candidates: Candidates, table: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The ranker's scores ``(m,)``, or without one the logarithm of the fused ranks.

    Where neither a way nor a goal is known there is nothing to weigh: the scores are the
    logarithm of how likely each credential is to be taken by anybody.
    """
    if unguided(bundle, query):
        return np.log(np.maximum(bundle.behaviour.prior[candidates.rows], LEAST, dtype=np.float64))
    if bundle.ranker is not None:
        return bundle.ranker.score(table)
    return np.asarray(np.log(fused(candidates.ranks)))


def traded(
    query: Query, known: Signals, rows: NDArray[np.int32], raw: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scores ``(…, m)`` in 0..1: likely engagement, traded against closing the gap.

    Engagement is ``exp(raw − max raw)``: how likely a candidate is to be taken, relative to
    the likeliest.
    """
    if not len(rows):
        return np.zeros(raw.shape)
    engagement: NDArray[np.float64] = np.exp(raw - raw.max(-1, keepdims=True))
    state = known.gap
    if state is None or not state.most > 0:
        return engagement
    closing = state.closing[rows] / state.most
    return np.asarray((1 - query.goal_weight) * engagement + query.goal_weight * closing)
