"""The request path: gap → candidates → filter → features → rank → diversify → explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import explain, features, gap, signals, sources
from models.bundle import Bundle
from models.diversify import spread
from models.domain import Ask, Item, Mode, Recommendation
from models.eligibility import eligible
from models.features import FEATURES
from models.query import Query, build
from models.signals import Signals
from models.sources import SOURCES, Candidates

FUSION: Final = 60
"""Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

ADDED_FOR_SPREAD: Final = 3
"""Diversity chooses among so many times the answer's length."""


def recommend(bundle: Bundle, ask: Ask) -> Recommendation:
    """What this learner should earn next, best first, with reasons.

    Never an error for missing input: without history, role or skills, or with unknown ids,
    the best honest answer comes with its ``mode`` and ``notes``. No item is held, excluded,
    unavailable, over a limit or short of its prerequisites.
    """
    query = build(bundle, ask)
    return word(bundle, query, rank(bundle, query))


@dataclass(frozen=True, slots=True)
class Ranked:
    """An answer before it is worded: ``places`` (≤ limit,) index ``candidates``, best first.
    ``scores`` (m,) are those of all candidates, lowered where a place repeats a better one.
    """

    known: Signals
    candidates: Candidates
    scores: NDArray[np.float64]
    places: NDArray[np.int64]


def rank(bundle: Bundle, query: Query) -> Ranked:
    """Everything that decides an answer, in row numbers."""
    known = signals.compute(bundle, query, gap.measure(bundle, query))
    candidates = sources.propose(bundle, query, known, eligible(bundle, query))
    scores = score(bundle, query, known, candidates)
    order = np.lexsort((candidates.rows, -scores))[: query.limit * ADDED_FOR_SPREAD]
    scores[order] = spread(bundle, candidates.rows[order], scores[order])
    places = order[np.lexsort((candidates.rows[order], -scores[order]))][: query.limit]
    return Ranked(known, candidates, scores, places)


def word(bundle: Bundle, query: Query, ranked: Ranked) -> Recommendation:
    """The answer with its gap, what each item closes, and reasons."""
    state = ranked.known.gap
    return Recommendation(
        mode=_mode(query),
        items=tuple(_item(bundle, query, ranked, int(place)) for place in ranked.places),
        role=query.role,
        gap=None if state is None else gap.describe(query, state),
        notes=query.notes,
    )


def score(
    bundle: Bundle, query: Query, known: Signals, candidates: Candidates
) -> NDArray[np.float64]:
    """Scores ``(m,)`` in 0..1: likely engagement, traded against closing the gap."""
    if not len(candidates.rows):
        return np.zeros(0)
    engagement = _engagement(bundle, query, known, candidates)
    state = known.gap
    if state is None or not state.closing.max(initial=0.0) > 0:
        return engagement
    closing = state.closing[candidates.rows] / state.closing.max()
    traded = (1 - query.goal_weight) * engagement + query.goal_weight * closing
    return np.asarray(traded)


def _engagement(
    bundle: Bundle, query: Query, known: Signals, candidates: Candidates
) -> NDArray[np.float64]:
    """How likely each candidate is to be taken, relative to the likeliest: 0..1, best 1."""
    if bundle.ranker is None:
        fused = np.where(candidates.ranks >= 0, 1.0 / (FUSION + candidates.ranks), 0.0).sum(1)
        return np.asarray(fused / fused.max())
    table = features.matrix(bundle, query, known, candidates)
    if bundle.ranker.features != FEATURES:  # trained when there were other features
        table = table[:, [FEATURES.index(name) for name in bundle.ranker.features]]
    raw = bundle.ranker.score(table)
    return np.asarray(np.exp(raw - raw.max()))


def _mode(query: Query) -> Mode:
    if len(query.history):
        return Mode.PERSONALISED
    if len(query.skills) or query.requirement is not None:
        return Mode.COLD_START
    return Mode.POPULAR


def _item(bundle: Bundle, query: Query, ranked: Ranked, place: int) -> Item:
    known, candidates = ranked.known, ranked.candidates
    row = int(candidates.rows[place])
    state = known.gap
    closes = () if state is None else gap.closings(bundle, state, row)
    after = None if state is None else max(0.0, state.before - float(state.closing[row]))
    proposed = zip(SOURCES, candidates.ranks[place], strict=True)
    return Item(
        credential=row,
        score=round(float(ranked.scores[place]), 6),
        sources=tuple(name for name, rank in proposed if rank >= 0),
        closes=closes,
        gap_after=None if after is None else round(after, 6),
        reasons=explain.reasons(bundle, query, known, row, closes) if query.explain else (),
    )
