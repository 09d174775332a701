"""What moved a score: each kind of evidence taken away, the item scored again.

The effect of a kind of evidence on an item is the score it loses when the features that
rest on it are set to what they are without it, everything else unchanged. This is the
exact difference, not an approximation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.demand import lift
from models.feature_names import FEATURES, ORDER, STEPS, TEXT, TREND
from models.query import Query, unguided
from models.rank import LEAST, Ranked, raw_scores, traded
from models.sources import FUSION, SOURCES, Candidates

EVIDENCE: Final[Mapping[str, tuple[str, ...]]] = {
    "gap": ("gap",),
    "stack": ("stack",),
    "path": (
        *STEPS,
        "next_pair",
        "preceding",
        "in_session",
        "item_item",
        "item_last",
        "item_recent",
        "alike",
        "collaborative",
        *ORDER,
    ),
    "role": ("popular_for_role",),
    "text": TEXT,
    "popularity": ("learners", "begun_with", *TREND),
}
"""Kinds of evidence and the features that rest on each."""

POPULARITY: Final = list(EVIDENCE).index("popularity")

DEMAND: Final = "demand"
"""A kind of evidence that no feature rests on: it counts only where it is asked for."""

SOURCES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "gap": ("gap",),
    "stack": ("stack",),
    "path": (
        "next_step",
        "next_later",
        "in_session",
        "item_item",
        "collaborative",
        "alike",
    ),
    "role": ("popular_for_role",),
    "text": ("semantic",),
    "popularity": ("popular", "recent", "lasting"),
}
"""The sources that rest on each kind of evidence: what counts without a trained ranker."""

UNKNOWN_WITHOUT: Final = frozenset({"collaborative", *ORDER, *TEXT})
"""Features that are unknown without their evidence; all others are zero."""

RESTS: Final = np.array([[[name in names for name in FEATURES]] for names in EVIDENCE.values()])
"""Which features rest on each kind, ``(kinds, 1, f)``."""

EMPTY: Final = np.array([np.nan if name in UNKNOWN_WITHOUT else 0 for name in FEATURES], np.float32)
"""What features ``(f,)`` are without their evidence, where they are known with it."""


def effects(bundle: Bundle, query: Query, ranked: Ranked) -> dict[str, NDArray[np.float64]]:
    """Score lost by each listed item ``(places,)`` without each kind of evidence, and without the
    demand of the labour market.
    """
    places = ranked.places
    if not len(places):
        return {kind: np.zeros(0) for kind in (*EVIDENCE, DEMAND)}
    raw = unproved(bundle, query, ranked, places)
    best = ranked.raw.max()
    lost = np.exp(ranked.raw[places] - best) - np.exp(raw - best)
    found = dict(zip(EVIDENCE, lost, strict=True))
    state = ranked.known.gap
    if state is not None and state.most > 0:
        closing = state.closing[ranked.candidates.rows[places]] / state.most
        found = {kind: (1 - query.goal_weight) * each for kind, each in found.items()}
        found["gap"] = found["gap"] + query.goal_weight * closing
    demand = ranked.known.demand
    if demand is None:
        return {**found, DEMAND: np.zeros(len(places))}
    # What demand lifts is what is missing to 1, of which all else has filled so much more.
    rows = ranked.candidates.rows
    share = query.labour_market * lift(bundle, demand, rows[places])
    mixed = traded(query, ranked.known, rows, ranked.raw)[places]
    found = {kind: (1 - share) * each for kind, each in found.items()}
    return {**found, DEMAND: share * (1.0 - mixed)}


def unproved(
    bundle: Bundle, query: Query, ranked: Ranked, places: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Raw scores ``(kinds, places)`` of candidates without each kind of evidence."""
    if unguided(bundle, query):
        lowered = np.tile(ranked.raw[places], (len(EVIDENCE), 1))
        lowered[POPULARITY] = np.log(LEAST)
        return lowered
    candidates = ranked.candidates
    if bundle.ranker is None:
        return _unfused(candidates.ranks[places])
    tables = without(ranked.table[places]).reshape(-1, len(FEATURES))
    repeated = np.tile(places, len(EVIDENCE))
    asked = Candidates(candidates.rows[repeated], candidates.ranks[repeated])
    return raw_scores(bundle, query, asked, tables).reshape(len(EVIDENCE), len(places))


def without(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The features ``(m, f)`` as they are without each kind of evidence, ``(kinds, m, f)``."""
    return np.where(RESTS & ~np.isnan(table), EMPTY, table)


def _unfused(ranks: NDArray[np.int32]) -> NDArray[np.float64]:
    """Raw scores ``(kinds, m)`` of reciprocal rank fusion of ``ranks`` (m, sources) without each
    kind's sources.
    """
    shares = np.where(ranks >= 0, 1.0 / (FUSION + ranks), 0.0)
    names = list(SOURCES)
    kept = [[name not in SOURCES_OF[kind] for name in names] for kind in EVIDENCE]
    with np.errstate(divide="ignore"):  # an item that only this evidence proposed loses all
        return np.asarray(np.log(np.array(kept, np.float64) @ shares.T))
