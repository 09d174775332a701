"""Which step of the learner's way leads to each listed item: the question asked again
without it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import features, signals
from models.bundle import Bundle
from models.demand import lifted
from models.query import Query
from models.rank import Ranked, raw_scores, traded
from models.sources import Candidates

STEPS_TRIED: Final = 4
"""So many of the latest credentials are taken away, one at a time."""

RIVALS: Final = 40
"""An item's fall is judged among so many of the best candidates."""


def leading_steps(bundle: Bundle, query: Query, ranked: Ranked) -> list[int | None]:
    """For each listed item the credential (a row) without which it falls furthest in the
    ranking; ``None`` where it falls without none of the latest.
    """
    latest = list(dict.fromkeys(query.walk.steps[::-1].tolist()))[:STEPS_TRIED]
    if not latest or not len(ranked.places):
        return [None] * len(ranked.places)
    best = np.argsort(-ranked.scores, kind="stable")[:RIVALS]
    among = np.zeros(len(ranked.scores), np.bool_)
    among[best] = among[ranked.places] = True
    rivals = np.flatnonzero(among)
    some = Candidates(ranked.candidates.rows[rivals], ranked.candidates.ranks[rivals])
    shown = np.searchsorted(rivals, ranked.places)
    before = _ranks(ranked.scores[rivals], shown)
    less = signals.without_each(bundle, query, ranked.known, latest, some.rows)
    tables = [features.matrix(bundle, asked, known, some) for asked, known in less]
    many = Candidates(np.tile(some.rows, len(latest)), np.tile(some.ranks, (len(latest), 1)))
    raw = raw_scores(bundle, query, many, np.concatenate(tables)).reshape(len(latest), -1)
    falls = np.array(
        [_ranks(_scored(bundle, query, ranked, some.rows, each), shown) - before for each in raw]
    )
    furthest = falls.argmax(0)
    return [
        latest[step] if falls[step, i] > 0 else None for i, step in enumerate(furthest.tolist())
    ]


def _scored(
    bundle: Bundle, query: Query, ranked: Ranked, rows: NDArray[np.int32], raw: NDArray[np.float64]
) -> NDArray[np.float64]:
    known = ranked.known
    return lifted(bundle, query, known.demand, rows, traded(query, known, rows, raw))


def _ranks(scores: NDArray[np.float64], shown: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray((scores[None, :] > scores[shown][:, None]).sum(1))
