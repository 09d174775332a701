"""The features of each candidate: one function for training and for serving.

What the data cannot give is NaN, never zero.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.feature_names import DENSE, FEATURES, TREND
from models.query import Query
from models.signals import Signals
from models.sources import Candidates

SESSION_GAP: Final = 3600.0
"""Seconds without an event after which a new sitting begins."""

MAX_TEXTS: Final = 10

NEARBY: Final = 12
"""Places in the catalogue further apart than this are all the same."""


def matrix(
    bundle: Bundle, query: Query, signals: Signals, candidates: Candidates
) -> NDArray[np.float32]:
    """Features of the candidates, ``(m, len(FEATURES))`` float32. Where ``signals`` are of some
    credentials, these are the candidates.
    """
    rows = candidates.rows
    wanted = rows if signals.rows is None else slice(None)
    result = np.full((len(rows), len(FEATURES)), np.nan, np.float32)
    columns = dict(zip(FEATURES, result.T, strict=True))
    for name in DENSE:
        if name in signals.dense:
            columns[name][:] = signals.dense[name][wanted]
    behaviour = bundle.behaviour
    if signals.vector is not None and behaviour.factors is not None:
        columns["collaborative"][:] = behaviour.factors.vectors[rows] @ signals.vector
    columns["begun_with"][:] = behaviour.begun_with[rows]
    columns["learners"][:] = behaviour.learners_of[rows] / max(
        1.0, float(behaviour.learners_of.max(initial=0.0))
    )
    if signals.trend is not None:
        for name, values in zip(TREND, signals.trend[wanted].T, strict=True):
            columns[name][:] = values
    _text(bundle, query, signals, rows, columns)
    _catalogue(bundle, query, rows, columns)
    _order(bundle, query, rows, columns)
    _moment(query, signals, columns)
    columns["sources"][:] = (candidates.ranks >= 0).sum(1)
    return result


Columns = dict[str, NDArray[np.float32]]


def _text(
    bundle: Bundle, query: Query, signals: Signals, rows: NDArray[np.int32], columns: Columns
) -> None:
    if signals.profile is None:
        return
    vectors = bundle.knowledge.text_vectors
    seen = vectors[query.walk.steps[::-1][:MAX_TEXTS]]
    similar = vectors[rows] @ seen.T
    columns["text_last"][:] = similar[:, 0]
    columns["text_recent"][:] = vectors[rows] @ signals.profile
    columns["text_max"][:] = similar.max(1)


def _catalogue(bundle: Bundle, query: Query, rows: NDArray[np.int32], columns: Columns) -> None:
    credentials = bundle.credentials
    columns["level"][:] = credentials.level[rows]
    columns["hours"][:] = credentials.hours[rows]
    if len(query.walk.history):
        last = query.walk.steps[-1]
        columns["level_step"][:] = credentials.level[rows] - credentials.level[last]
        if issuer := credentials.issuer[last]:
            columns["same_issuer"][:] = credentials.issuer.among((issuer,), rows)


def _order(bundle: Bundle, query: Query, rows: NDArray[np.int32], columns: Columns) -> None:
    """How far behind the last step, and behind the nearest credential met, each stands in the
    catalogue: parts of a series mostly stand together.
    """
    place = bundle.knowledge.place
    if not len(query.walk.history) or not len(place):
        return
    here, last = place[rows], place[query.walk.steps[-1]]
    columns["order_from_last"][:] = np.clip(here - last, -NEARBY, NEARBY)
    met = np.sort(place[query.walk.history])
    before = np.searchsorted(met, here) - 1
    behind = np.where(before >= 0, here - met[np.maximum(before, 0)], NEARBY)
    columns["order_from_met"][:] = np.minimum(behind, NEARBY)


def _moment(query: Query, signals: Signals, columns: Columns) -> None:
    columns["history_length"][:] = len(query.walk.history)
    if signals.gap is not None:
        columns["gap_before"][:] = signals.gap.before
    if signals.trend is not None and len(query.walk.times):
        backwards = np.diff(np.append(query.walk.times, query.at))[::-1]
        columns["since_last"][:] = backwards[0]
        breaks = np.flatnonzero(backwards[1:] > SESSION_GAP)
        columns["session_length"][:] = breaks[0] + 1 if len(breaks) else len(query.walk.times)
