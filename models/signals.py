"""What is known of every credential for one query, computed once and read by sources and
features alike.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    """Per query. ``dense`` holds vectors ``(n,)`` by name; a signal that the data cannot
    give is not in it. ``vector`` is the learner's folded-in vector ``(d,)`` and ``profile``
    the mean text ``(t,)``, each ``None`` without history or model. ``gap`` is ``None``
    without a target. ``trend`` (n, values) is popularity over time as of the moment, ``None``
    without dates.
    """

    dense: dict[str, NDArray[np.float32]]
    vector: NDArray[np.float32] | None
    profile: NDArray[np.float32] | None
    gap: GapState | None
    trend: NDArray[np.float32] | None


def compute(bundle: Bundle, query: Query, gap: GapState | None) -> Signals:
    """All signals of one query."""
    dense: dict[str, NDArray[np.float32]] = {}
    behaviour, recent = bundle.behaviour, query.walk.steps[::-1][:WINDOW]
    weights = query.walk.step_weights[::-1][:WINDOW]

    def decayed(matrix: Csr, decay: float) -> NDArray[np.float32]:
        """``Σ decay^k · weights[k] · matrix[recent[k]]``, the latest step being ``k = 0``."""
        fading = (decay ** np.arange(len(recent))).astype(np.float32)
        return matrix.weighted_sum(recent, fading * weights, bundle.n)

    if len(recent):
        fast, slow = behaviour.following[1], behaviour.following[0]
        for name, (pace, decay) in STEPS.items():
            dense[name] = decayed(fast if pace == "fast" else slow, decay)
        dense["next_pair"] = _after_pair(bundle, recent)
        dense["alike"] = behaviour.journeys.alike(query.walk.history, bundle.n)
        dense["preceding"] = decayed(behaviour.preceding, PRECEDING_DECAY)
        if behaviour.trend is not None:
            dense["in_session"] = decayed(behaviour.in_session, SESSION_DECAY)
        dense["item_item"] = behaviour.item_item.weighted_sum(
            query.walk.history, query.walk.history_weights, bundle.n
        )
        dense["item_last"] = behaviour.item_item.weighted_sum(recent[:1], weights[:1], bundle.n)
        dense["item_recent"] = decayed(behaviour.item_item, ITEM_DECAY)
    if len(query.walk.history) and bundle.knowledge.stacks.indices.size:
        dense["stack"] = stack_progress(bundle, query.walk.history)
    if query.role is not None and query.role.row is not None:
        one = np.ones(1, np.float32)
        role = np.array([query.role.row], np.int32)
        dense["popular_for_role"] = behaviour.popular_for_role.weighted_sum(role, one, bundle.n)
    if gap is not None:
        dense["gap"] = gap.closing
    texts = bundle.knowledge.text_vectors
    return Signals(
        dense=dense,
        vector=_folded(bundle, query),
        profile=texts[recent[:TEXT_WINDOW]].mean(0) if texts.shape[1] and len(recent) else None,
        gap=gap,
        trend=None if behaviour.trend is None else behaviour.trend.values(query.at),
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
