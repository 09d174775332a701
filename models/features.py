"""The features of each candidate: one function for training and for serving.

What the data cannot give is NaN, never zero.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.feature_names import COLUMNS, DENSE, FEATURES, ORDER, QUERY, TEXT, TREND
from models.kernels import columns
from models.query import Query
from models.signals import Signals
from models.sources import Candidates

SESSION_GAP: Final = 3600.0
"""Seconds without an event after which a new sitting begins."""

TREND_COLUMNS: Final = slice(FEATURES.index(TREND[0]), FEATURES.index(TREND[-1]) + 1)

COLLABORATIVE, LEARNERS, BEGUN_WITH, SOURCES = map(
    FEATURES.index, ("collaborative", "learners", "begun_with", "sources")
)
TEXT_FIRST, FACTS_FIRST, ORDER_FIRST = (FEATURES.index(part[0]) for part in (TEXT, COLUMNS, ORDER))
HISTORY_LENGTH, SINCE_LAST, SESSION_LENGTH, GAP_BEFORE = map(FEATURES.index, QUERY)

MAX_TEXTS: Final = 10

NEARBY: Final = 12
"""Places in the catalogue further apart than this are all the same."""


def matrix(
    bundle: Bundle, query: Query, signals: Signals, candidates: Candidates
) -> NDArray[np.float32]:
    """Features of the candidates, ``(m, len(FEATURES))`` float32."""
    rows = candidates.rows
    table = np.full((len(rows), len(FEATURES)), np.nan, np.float32)
    table[:, : len(DENSE)] = signals.met.of(rows)
    behaviour = bundle.behaviour
    if signals.vector is not None and behaviour.factors is not None:
        table[:, COLLABORATIVE] = behaviour.factors.vectors[rows] @ signals.vector
    table[:, BEGUN_WITH] = behaviour.begun_with[rows]
    table[:, LEARNERS] = behaviour.learners_of[rows] / behaviour.most_learners
    if signals.trend is not None:
        table[:, TREND_COLUMNS] = signals.trend[rows]
    _text(bundle, query, signals, rows, table)
    _catalogue(bundle, query, rows, table)
    _order(bundle, query, rows, table)
    _moment(query, signals, table)
    table[:, SOURCES] = (candidates.ranks >= 0).sum(1)
    return table


def _text(
    bundle: Bundle,
    query: Query,
    signals: Signals,
    rows: NDArray[np.int32],
    table: NDArray[np.float32],
) -> None:
    if signals.profile is None:
        return
    vectors = bundle.knowledge.text_vectors
    latest = query.walk.steps[::-1][:MAX_TEXTS]
    asked = np.concatenate([vectors[latest], signals.profile[None, :]])
    columns.fill_likeness(vectors[rows], asked, TEXT_FIRST, table)


def _catalogue(
    bundle: Bundle, query: Query, rows: NDArray[np.int32], table: NDArray[np.float32]
) -> None:
    known = bundle.credentials
    last = int(query.walk.steps[-1]) if len(query.walk.history) else -1
    issued = last >= 0 and bool(known.issuer[last])
    columns.fill_facts(
        known.level, known.hours, known.issuer.codes, rows, last, issued, FACTS_FIRST, table
    )


def _order(
    bundle: Bundle, query: Query, rows: NDArray[np.int32], table: NDArray[np.float32]
) -> None:
    """How far behind the last step, and behind the nearest credential met, each stands in the
    catalogue: parts of a series mostly stand together.
    """
    place, walk = bundle.knowledge.place, query.walk
    if len(walk.history) and len(place):
        last = int(walk.steps[-1])
        columns.fill_order(place, rows, last, walk.history, NEARBY, ORDER_FIRST, table)


def _moment(query: Query, signals: Signals, table: NDArray[np.float32]) -> None:
    table[:, HISTORY_LENGTH] = len(query.walk.history)
    if signals.gap is not None:
        table[:, GAP_BEFORE] = signals.gap.before
    times = query.walk.times
    if signals.trend is not None and len(times):
        table[:, SINCE_LAST] = query.at - times[-1]
        breaks = np.flatnonzero(times[1:] - times[:-1] > SESSION_GAP)
        table[:, SESSION_LENGTH] = len(times) - 1 - breaks[-1] if len(breaks) else len(times)
