"""The features of each candidate: one function for training and for serving.

What the data cannot give is NaN, never zero.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.feature_names import COLUMNS, DENSE, FEATURES, ORDER, QUERY, TEXT, TREND
from models.kernels import columns
from models.query import Query
from models.signals import Signals
from models.sources import Candidates
from models.walk import Walk

SESSION_GAP: Final = 3600.0
"""Seconds without an event after which a new sitting begins."""

TREND_COLUMNS: Final = slice(FEATURES.index(TREND[0]), FEATURES.index(TREND[-1]) + 1)

COLLABORATIVE, LEARNERS, BEGUN_WITH, SOURCES = map(
    FEATURES.index, ("collaborative", "learners", "begun_with", "sources")
)
TEXT_FIRST, FACTS_FIRST, ORDER_FIRST = (FEATURES.index(part[0]) for part in (TEXT, COLUMNS, ORDER))
HISTORY_LENGTH, SINCE_LAST, SESSION_LENGTH, GAP_BEFORE = map(FEATURES.index, QUERY)

MAY_BE_UNKNOWN: Final = [
    FEATURES.index(name)
    for name in ("collaborative", *TEXT, *COLUMNS, *ORDER, "since_last", "session_length")
]
"""Columns that are filled only where the learner's walk, or the data, can give them."""

MAX_TEXTS: Final = 10

NEARBY: Final = 12
"""Places in the catalogue further apart than this are all the same."""


class Compared(NamedTuple):
    """What a walk is compared with, of each credential: ``factors`` (m, d + 1) and ``texts``
    (m, t), each ``None`` where there are none or the walk says nothing.
    """

    factors: NDArray[np.float32] | None
    texts: NDArray[np.float32] | None


def compared(bundle: Bundle, signals: Signals, rows: NDArray[np.int32]) -> Compared:
    """The vectors of ``rows`` (m,) for the signals of a walk, or of a part of it."""
    factors = bundle.behaviour.factors
    return Compared(
        None if signals.vector is None or factors is None else factors.vectors[rows],
        None if signals.profile is None else bundle.knowledge.text_vectors[rows],
    )


def matrix(
    bundle: Bundle, query: Query, signals: Signals, candidates: Candidates
) -> NDArray[np.float32]:
    """Features of the candidates, ``(m, len(FEATURES))`` float32."""
    rows, behaviour = candidates.rows, bundle.behaviour
    table = np.empty((len(rows), len(FEATURES)), np.float32)
    vectors = compared(bundle, signals, rows)
    fill_walk(bundle, query.walk, query.at, signals, rows, vectors, table)
    table[:, BEGUN_WITH] = behaviour.begun_with[rows]
    table[:, LEARNERS] = behaviour.learners_of[rows] / behaviour.most_learners
    table[:, TREND_COLUMNS] = np.nan if signals.trend is None else signals.trend[rows]
    table[:, GAP_BEFORE] = np.nan if signals.gap is None else signals.gap.before
    table[:, SOURCES] = counted(candidates)
    return table


def counted(candidates: Candidates) -> NDArray[np.int64]:
    """How many sources propose each candidate, ``(m,)``."""
    return np.asarray((candidates.ranks >= 0).sum(1))


def fill_walk(
    bundle: Bundle,
    walk: Walk,
    at: float,
    signals: Signals,
    rows: NDArray[np.int32],
    vectors: Compared,
    table: NDArray[np.float32],
) -> None:
    """Fill the columns of a ``table`` (m, f) that another ``walk`` would change, asked ``at`` that
    moment; the others stay. ``signals`` are those of this walk.
    """
    table[:, : len(DENSE)] = signals.met.of(rows)
    table[:, MAY_BE_UNKNOWN] = np.nan
    if signals.vector is not None and vectors.factors is not None:
        table[:, COLLABORATIVE] = vectors.factors @ signals.vector
    if signals.profile is not None and vectors.texts is not None:
        latest = bundle.knowledge.text_vectors[walk.steps[::-1][:MAX_TEXTS]]
        asked = np.concatenate([latest, signals.profile[None, :]])
        columns.fill_likeness(vectors.texts, asked, TEXT_FIRST, table)
    _catalogue(bundle, walk, rows, table)
    _order(bundle, walk, rows, table)
    _moment(walk, at, signals, table)


def _catalogue(
    bundle: Bundle, walk: Walk, rows: NDArray[np.int32], table: NDArray[np.float32]
) -> None:
    known = bundle.credentials
    last = int(walk.steps[-1]) if len(walk.history) else -1
    issued = last >= 0 and bool(known.issuer[last])
    columns.fill_facts(
        known.level, known.hours, known.issuer.codes, rows, last, issued, FACTS_FIRST, table
    )


def _order(bundle: Bundle, walk: Walk, rows: NDArray[np.int32], table: NDArray[np.float32]) -> None:
    """How far behind the last step, and behind the nearest credential met, each stands in the
    catalogue: parts of a series mostly stand together.
    """
    place = bundle.knowledge.place
    if len(walk.history) and len(place):
        last = int(walk.steps[-1])
        columns.fill_order(place, rows, last, walk.history, NEARBY, ORDER_FIRST, table)


def _moment(walk: Walk, at: float, signals: Signals, table: NDArray[np.float32]) -> None:
    table[:, HISTORY_LENGTH] = len(walk.history)
    times = walk.times
    if signals.trend is not None and len(times):
        table[:, SINCE_LAST] = at - times[-1]
        breaks = np.flatnonzero(times[1:] - times[:-1] > SESSION_GAP)
        table[:, SESSION_LENGTH] = len(times) - 1 - breaks[-1] if len(breaks) else len(times)
