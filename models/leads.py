"""What leads to each listed item, a step of the learner's way or the peers of their role: the
question asked again without it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import features, signals
from models.bundle import Bundle
from models.demand import lifted
from models.feature_names import FEATURES
from models.query import Query
from models.rank import Ranked, raw_scores, traded
from models.sources import SOURCES, Candidates

STEPS_TRIED: Final = 4
"""So many of the latest credentials are taken away, one at a time."""

RIVALS: Final = 40
"""An item's fall is judged among so many of the best candidates."""

PEERS: Final = "popular_for_role"
"""The feature and the source that rest on those who aim at the same role."""


class Rivals(NamedTuple):
    """The best candidates and all that are listed (r), ``some`` of them all with their features
    ``table`` (r, f), and among them the places (l,) of what is ``shown``, each with how many were
    ``before`` it.
    """

    some: Candidates
    table: NDArray[np.float32]
    shown: NDArray[np.int64]
    before: NDArray[np.int64]


def rivals(ranked: Ranked) -> Rivals:
    """Among whom an answer's items fall."""
    best = np.argsort(-ranked.scores, kind="stable")[:RIVALS]
    among = np.zeros(len(ranked.scores), np.bool_)
    among[best] = among[ranked.places] = True
    found = np.flatnonzero(among)
    some = Candidates(ranked.candidates.rows[found], ranked.candidates.ranks[found])
    shown = np.searchsorted(found, ranked.places)
    return Rivals(some, ranked.table[found], shown, _ranks(ranked.scores[found], shown))


def leading_steps(bundle: Bundle, query: Query, ranked: Ranked, among: Rivals) -> list[int | None]:
    """For each listed item the credential (a row) without which it falls furthest ``among`` its
    rivals; ``None`` where it falls without none of the latest.
    """
    latest = list(dict.fromkeys(query.walk.steps[::-1].tolist()))[:STEPS_TRIED]
    if not latest or not len(ranked.places):
        return [None] * len(ranked.places)
    some, table, shown, before = among
    vectors = features.compared(bundle, ranked.known, some.rows)
    tables = np.repeat(table[None], len(latest), 0)
    less = signals.without_each(bundle, query, ranked.known, latest, some.rows)
    for each, (walk, known) in zip(tables, less, strict=True):
        features.fill_walk(bundle, walk, query.at, known, some.rows, vectors, each)
    many = Candidates(np.tile(some.rows, len(latest)), np.tile(some.ranks, (len(latest), 1)))
    raw = raw_scores(bundle, query, many, tables.reshape(-1, table.shape[1]))
    scores = _scored(bundle, query, ranked, some.rows, raw.reshape(len(latest), -1))
    falls = _ranks(scores, shown) - before
    furthest = falls.argmax(0)
    return [
        latest[step] if falls[step, i] > 0 else None for i, step in enumerate(furthest.tolist())
    ]


def led_by_peers(bundle: Bundle, query: Query, ranked: Ranked, among: Rivals) -> NDArray[np.bool_]:
    """Whether each listed item falls ``among`` its rivals where nothing is known of those who aim
    at the same role, which is none where nothing is.
    """
    if query.role_row is None or not len(ranked.places):
        return np.zeros(len(ranked.places), np.bool_)
    some, table, shown, before = among
    ranks, table = some.ranks.copy(), table.copy()
    ranks[:, list(SOURCES).index(PEERS)] = -1
    fewer = Candidates(some.rows, ranks)
    table[:, FEATURES.index(PEERS)] = np.nan
    table[:, features.SOURCES] = features.counted(fewer)
    raw = raw_scores(bundle, replace(query, role=None), fewer, table)
    return _ranks(_scored(bundle, query, ranked, some.rows, raw), shown) > before


def _scored(
    bundle: Bundle, query: Query, ranked: Ranked, rows: NDArray[np.int32], raw: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The scores ``(…, r)`` that raw ones stand for."""
    known = ranked.known
    return lifted(bundle, query, known.demand, rows, traded(query, known, rows, raw))


def _ranks(scores: NDArray[np.float64], shown: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the ``scores`` (…, r) are above each of those ``shown``, ``(…, l)``."""
    return np.asarray((scores[..., None, :] > scores[..., shown, None]).sum(-1))
