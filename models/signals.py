"""What is known of every credential for one query, computed once and read by sources and
features alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.collaborative import fold_in, recency
from models.feature_names import STEPS
from models.gap import GapState
from models.query import Query
from models.sparse import Csr

WINDOW: Final = 30
"""So many of a learner's latest steps are looked at."""

TEXT_WINDOW: Final = 3
"""The semantic profile is the mean of so many latest texts."""

SESSION_DECAY: Final = 0.5
PRECEDING_DECAY: Final = 0.6
ITEM_DECAY: Final = 0.6


@dataclass(frozen=True, slots=True)
class Signals:
    """Per query, of all credentials or, where ``rows`` (r,) says so, of some.

    ``dense`` holds vectors ``(n,)`` or ``(r,)`` by name; a signal that the data cannot give is
    not in it. ``vector`` is the learner's folded-in vector ``(d,)`` and ``profile`` the mean text
    ``(t,)``, each ``None`` without history or model. ``gap`` is ``None`` without a target.
    ``trend`` (n or r, values) is popularity over time as of the moment, ``None`` without dates.
    """

    dense: dict[str, NDArray[np.float32]]
    vector: NDArray[np.float32] | None
    profile: NDArray[np.float32] | None
    gap: GapState | None
    trend: NDArray[np.float32] | None
    rows: NDArray[np.int32] | None = None


Sum = Callable[[Csr, NDArray[np.int32], NDArray[np.float32]], NDArray[np.float32]]
"""``Σ weights[k] · matrix[rows[k]]``, of all columns or of some."""


def compute(bundle: Bundle, query: Query, gap: GapState | None) -> Signals:
    """All signals of one query."""

    def total(
        matrix: Csr, rows: NDArray[np.int32], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        return matrix.weighted_sum(rows, weights, bundle.n)

    trend = None if bundle.behaviour.trend is None else bundle.behaviour.trend.values(query.at)
    return _computed(bundle, query, gap, total, None, trend)


def without_each(
    bundle: Bundle,
    query: Query,
    known: Signals,
    steps: Sequence[int],
    rows: NDArray[np.int32],
) -> list[tuple[Query, Signals]]:
    """The query without each of ``steps`` (credentials on its walk), and its signals of ``rows``
    (ascending); ``known`` are all signals with them.
    """
    met = np.unique(query.walk.history)
    blocks: dict[int, NDArray[np.float64]] = {}

    def total(
        matrix: Csr, walked: NDArray[np.int32], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        block = blocks.get(id(matrix))
        if block is None:
            block = blocks[id(matrix)] = matrix.block(met, rows)
        return (weights @ block[np.searchsorted(met, walked)]).astype(np.float32)

    trend = None if known.trend is None else known.trend[rows]
    found = []
    for step in steps:
        less = replace(query, walk=query.walk.without(np.array([step], np.int32)))
        found.append((less, _computed(bundle, less, known.gap, total, rows, trend)))
    return found


def _computed(
    bundle: Bundle,
    query: Query,
    gap: GapState | None,
    total: Sum,
    rows: NDArray[np.int32] | None,
    trend: NDArray[np.float32] | None,
) -> Signals:
    dense: dict[str, NDArray[np.float32]] = {}
    behaviour, recent = bundle.behaviour, query.walk.steps[::-1][:WINDOW]
    wanted = slice(None) if rows is None else rows
    weights = query.walk.step_weights[::-1][:WINDOW]

    def decayed(matrix: Csr, decay: float) -> NDArray[np.float32]:
        """``Σ decay^k · weights[k] · matrix[recent[k]]``, the latest step being ``k = 0``."""
        fading = (decay ** np.arange(len(recent))).astype(np.float32)
        return total(matrix, recent, fading * weights)

    if len(recent):
        fast, slow = behaviour.following[1], behaviour.following[0]
        for name, (pace, decay) in STEPS.items():
            dense[name] = decayed(fast if pace == "fast" else slow, decay)
        dense["next_pair"] = _after_pair(bundle, recent)[wanted]
        dense["alike"] = behaviour.journeys.alike(query.walk.history, bundle.n)[wanted]
        dense["preceding"] = decayed(behaviour.preceding, PRECEDING_DECAY)
        if behaviour.trend is not None:
            dense["in_session"] = decayed(behaviour.in_session, SESSION_DECAY)
        dense["item_item"] = total(
            behaviour.item_item, query.walk.history, query.walk.history_weights
        )
        dense["item_last"] = total(behaviour.item_item, recent[:1], weights[:1])
        dense["item_recent"] = decayed(behaviour.item_item, ITEM_DECAY)
    if len(query.walk.history) and bundle.knowledge.stacks.indices.size:
        dense["stack"] = stack_progress(bundle, query.walk.history)[wanted]
    if query.role is not None and query.role.row is not None:
        one = np.ones(1, np.float32)
        role = np.array([query.role.row], np.int32)
        popular = behaviour.popular_for_role.weighted_sum(role, one, bundle.n)
        dense["popular_for_role"] = popular[wanted]
    if gap is not None:
        dense["gap"] = gap.closing[wanted]
    texts = bundle.knowledge.text_vectors
    return Signals(
        dense=dense,
        vector=_folded(bundle, query),
        profile=texts[recent[:TEXT_WINDOW]].mean(0) if texts.shape[1] and len(recent) else None,
        gap=gap,
        trend=trend,
        rows=rows,
    )


def stack_progress(bundle: Bundle, history: NDArray[np.int32]) -> NDArray[np.float32]:
    """For each credential ``(n,)`` the largest share 0..1, after earning it, of a stack that
    the learner has begun; 0 where it belongs to none.
    """
    stacks, parts = bundle.knowledge.stacks, bundle.knowledge.stack_parts
    size = np.diff(parts.indptr)
    done = stacks.weighted_sum(history, np.ones(len(history), np.float32), bundle.n)
    begun = np.flatnonzero(done).astype(np.int32)
    progress = np.zeros(bundle.n, np.float32)
    at, owner = parts.entries(begun)
    np.maximum.at(progress, parts.indices[at], ((done[begun] + 1) / size[begun])[owner])
    finished = begun[done[begun] >= size[begun]]
    progress[finished] = 1.0
    return progress


def _after_pair(bundle: Bundle, recent: NDArray[np.int32]) -> NDArray[np.float32]:
    """Shares ``(n,)`` of those who took the same two steps last that went on to each."""
    behaviour = bundle.behaviour
    if len(recent) > 1:
        key = int(recent[1]) * bundle.n + int(recent[0])
        row = int(np.searchsorted(behaviour.pairs, key))
        if row < len(behaviour.pairs) and behaviour.pairs[row] == key:
            found, one = np.array([row], np.int32), np.ones(1, np.float32)
            return behaviour.after_pair.weighted_sum(found, one, bundle.n)
    return np.zeros(bundle.n, np.float32)


def _folded(bundle: Bundle, query: Query) -> NDArray[np.float32] | None:
    factors = bundle.behaviour.factors
    if factors is None or not len(query.walk.history):
        return None
    weights = recency(len(query.walk.history), factors.folding.decay)
    return fold_in(query.walk.history, weights * query.walk.history_weights, factors)
