"""What is known of every credential for one query, computed once and read by sources and
features alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import demand
from models.bundle import Bundle
from models.collaborative import fold_in, recency
from models.demand import Demand
from models.feature_names import DENSE, STEPS
from models.gap import GapState
from models.met import Met
from models.query import Query
from models.walk import Walk

WINDOW: Final = 30
"""So many of a learner's latest steps are looked at."""

TEXT_WINDOW: Final = 3
"""The semantic profile is the mean of so many latest texts."""

SESSION_DECAY: Final = 0.5
PRECEDING_DECAY: Final = 0.6
ITEM_DECAY: Final = 0.6

COLUMN: Final = {name: place for place, name in enumerate(DENSE)}

LAST: Final = (1.0, *[0.0] * (WINDOW - 1))


@dataclass(frozen=True, slots=True)
class Decayed:
    """Signals that are sums over the latest steps of one matrix: ``into`` (c,) their columns,
    ``fading`` (WINDOW, c) what a step counts, the latest first.
    """

    into: NDArray[np.int32]
    fading: NDArray[np.float32]


def _decayed(decays: dict[str, float | None]) -> Decayed:
    """By name: what each step keeps with every later one; ``None`` where only the last counts."""
    steps = np.arange(WINDOW)
    fading = [LAST if decay is None else decay**steps for decay in decays.values()]
    into = np.array([COLUMN[name] for name in decays], np.int32)
    return Decayed(into, np.ascontiguousarray(np.array(fading, np.float32).T))


SLOW: Final = _decayed({name: decay for name, (pace, decay) in STEPS.items() if pace == "slow"})
FAST: Final = _decayed({name: decay for name, (pace, decay) in STEPS.items() if pace == "fast"})
PRECEDING: Final = _decayed({"preceding": PRECEDING_DECAY})
IN_SESSION: Final = _decayed({"in_session": SESSION_DECAY})
ITEMS: Final = _decayed({"item_last": None, "item_recent": ITEM_DECAY})

ONE: Final = np.ones((1, 1), np.float32)


@dataclass(frozen=True, slots=True)
class Signals:
    """Per query, of all credentials or of those that ``met`` is limited to.

    ``met`` has a column for each of ``DENSE``; one that the data cannot give is NaN. ``vector``
    is the learner's folded-in vector ``(d,)`` and ``profile`` the mean text ``(t,)``, each
    ``None`` without history or model. ``gap`` is ``None`` without a target. ``trend``
    (n, values) is popularity over time as of the moment, ``None`` without dates. ``demand`` is
    that of the labour market, ``None`` unless it is asked for and known.
    """

    met: Met
    vector: NDArray[np.float32] | None
    profile: NDArray[np.float32] | None
    gap: GapState | None
    trend: NDArray[np.float32] | None
    demand: Demand | None = None


def compute(bundle: Bundle, query: Query, gap: GapState | None) -> Signals:
    """All signals of one query."""
    trend = None if bundle.behaviour.trend is None else bundle.behaviour.trend.values(query.at)
    known = _computed(bundle, query, gap, trend, Met(bundle.n, _blank(bundle, query, gap)))
    return replace(known, demand=demand.measure(bundle, query))


def without_each(
    bundle: Bundle,
    query: Query,
    known: Signals,
    steps: Sequence[int],
    rows: NDArray[np.int32],
) -> list[tuple[Query, Signals]]:
    """The query without each of ``steps`` (credentials on its walk), and its signals of ``rows``;
    ``known`` are all signals with them.
    """
    found = []
    for step in steps:
        less = replace(query, walk=query.walk.without(step))
        met = Met.only(rows, bundle.n, _blank(bundle, less, known.gap))
        found.append((less, _computed(bundle, less, known.gap, known.trend, met)))
    return found


def _blank(bundle: Bundle, query: Query, gap: GapState | None) -> NDArray[np.float32]:
    """What is known ``(len(DENSE),)`` where no signal bears: zero, or NaN where there is none."""
    blank = np.zeros(len(DENSE), np.float32)
    if not len(query.walk.history):
        blank[:] = np.nan
        role = query.role is not None and query.role.row is not None
        blank[COLUMN["popular_for_role"]] = 0.0 if role else np.nan
        blank[COLUMN["gap"]] = np.nan if gap is None else 0.0
        return blank
    missing = [
        name
        for name, there in (
            ("in_session", bundle.behaviour.trend is not None),
            ("stack", bundle.knowledge.stacks.indices.size > 0),
            ("popular_for_role", query.role is not None and query.role.row is not None),
            ("gap", gap is not None),
        )
        if not there
    ]
    blank[[COLUMN[name] for name in missing]] = np.nan
    return blank


def _computed(
    bundle: Bundle,
    query: Query,
    gap: GapState | None,
    trend: NDArray[np.float32] | None,
    met: Met,
) -> Signals:
    behaviour, walk = bundle.behaviour, query.walk
    texts = bundle.knowledge.text_vectors
    recent = np.ascontiguousarray(walk.steps[::-1][:WINDOW])
    if len(recent):
        _add_walk(bundle, walk, recent, met)
    if query.role is not None and query.role.row is not None:
        role = np.array([query.role.row], np.int32)
        met.add(behaviour.popular_for_role, role, ONE, _into("popular_for_role"))
    if gap is not None:
        met.put(gap.closers.rows, gap.closing, COLUMN["gap"])
    return Signals(
        met=met,
        vector=_folded(bundle, query),
        profile=texts[recent[:TEXT_WINDOW]].mean(0) if texts.shape[1] and len(recent) else None,
        gap=gap,
        trend=trend,
    )


def _add_walk(bundle: Bundle, walk: Walk, recent: NDArray[np.int32], met: Met) -> None:
    """What the learner's way says; ``recent`` are its latest steps, the latest first."""
    behaviour = bundle.behaviour
    slow, fast = behaviour.following
    weights = walk.step_weights[::-1][:WINDOW, None]
    for matrix, each in (
        (fast, FAST),
        (slow, SLOW),
        (behaviour.preceding, PRECEDING),
        (behaviour.in_session, IN_SESSION),
        (behaviour.item_item, ITEMS),
    ):
        if each is not IN_SESSION or behaviour.trend is not None:
            met.add(matrix, recent, each.fading[: len(recent)] * weights, each.into)
    whole = np.ascontiguousarray(walk.history_weights[:, None])
    met.add(behaviour.item_item, walk.history, whole, _into("item_item"))
    met.add_journeys(behaviour.journeys, walk.history, COLUMN["alike"])
    pair = _pair(bundle, recent)
    if pair is not None:
        met.add(behaviour.after_pair, pair, ONE, _into("next_pair"))
    if bundle.knowledge.stacks.indices.size:
        known = bundle.knowledge
        met.put_stacks(known.stacks, known.stack_parts, walk.history, COLUMN["stack"])


def _pair(bundle: Bundle, recent: NDArray[np.int32]) -> NDArray[np.int32] | None:
    """The row (1,) of the latest two steps among the pairs, if others took them too."""
    if len(recent) < 2:
        return None
    pairs = bundle.behaviour.pairs
    key = int(recent[1]) * bundle.n + int(recent[0])
    row = int(np.searchsorted(pairs, key))
    return np.array([row], np.int32) if row < len(pairs) and pairs[row] == key else None


def _into(name: str) -> NDArray[np.int32]:
    return np.array([COLUMN[name]], np.int32)


def _folded(bundle: Bundle, query: Query) -> NDArray[np.float32] | None:
    factors = bundle.behaviour.factors
    if factors is None or not len(query.walk.history):
        return None
    weights = recency(len(query.walk.history), factors.folding.decay)
    return fold_in(query.walk.history, weights * query.walk.history_weights, factors)
