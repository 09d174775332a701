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

OF_WALK: Final = slice(0, COLUMN["popular_for_role"])
"""Signals that rest on what the learner did; behind them stand the role's."""


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
    behaviour = bundle.behaviour
    met = Met(bundle.n, _blank(bundle, query, query.walk, gap))
    _add_walks(bundle, [query.walk], met)
    if query.role_row is not None:
        role = np.array([query.role_row], np.int32)
        met.add(behaviour.popular_for_role, role, ONE, _into("popular_for_role"))
    if gap is not None:
        met.put(gap.closers.rows, gap.closing, COLUMN["gap"])
    return Signals(
        met=met,
        vector=_folded(bundle, query.walk),
        profile=_profile(bundle, query.walk),
        gap=gap,
        trend=None if behaviour.trend is None else behaviour.trend.values(query.at),
        demand=demand.measure(bundle, query),
    )


def without_each(
    bundle: Bundle,
    query: Query,
    known: Signals,
    steps: Sequence[int],
    rows: NDArray[np.int32],
) -> list[tuple[Walk, Signals]]:
    """The query's walk without each of ``steps`` (credentials on it), and the signals of ``rows``
    then; ``known`` are all signals with them.
    """
    walks = [query.walk.without(step) for step in steps]
    tables = np.repeat(known.met.of(rows)[None], len(walks), 0)
    for less, own in zip(walks, tables, strict=True):
        own[:, OF_WALK] = _blank(bundle, query, less, known.gap)[OF_WALK]
    met = Met.only(rows, bundle.n, tables)
    _add_walks(bundle, walks, met)
    return [
        (
            less,
            replace(
                known,
                met=met.copy(i),
                vector=_folded(bundle, less),
                profile=_profile(bundle, less),
            ),
        )
        for i, less in enumerate(walks)
    ]


def _blank(bundle: Bundle, query: Query, walk: Walk, gap: GapState | None) -> NDArray[np.float32]:
    """What is known ``(len(DENSE),)`` where no signal bears: zero, or NaN where there is none."""
    blank = np.zeros(len(DENSE), np.float32)
    if not len(walk.history):
        blank[:] = np.nan
        blank[COLUMN["popular_for_role"]] = np.nan if query.role_row is None else 0.0
        blank[COLUMN["gap"]] = np.nan if gap is None else 0.0
        return blank
    missing = [
        name
        for name, there in (
            ("in_session", bundle.behaviour.trend is not None),
            ("stack", bundle.knowledge.stacks.indices.size > 0),
            ("popular_for_role", query.role_row is not None),
            ("gap", gap is not None),
        )
        if not there
    ]
    blank[[COLUMN[name] for name in missing]] = np.nan
    return blank


def _add_walks(bundle: Bundle, walks: Sequence[Walk], met: Met) -> None:
    """What learners' ways say, each to its own copy."""
    behaviour, known = bundle.behaviour, bundle.knowledge
    slow, fast = behaviour.following
    recent = [walk.steps[::-1][:WINDOW] for walk in walks]
    steps, copies, back = _joined(recent)
    weights = np.concatenate([walk.step_weights[::-1][:WINDOW] for walk in walks])[:, None]
    for matrix, each in (
        (fast, FAST),
        (slow, SLOW),
        (behaviour.preceding, PRECEDING),
        (behaviour.in_session, IN_SESSION),
        (behaviour.item_item, ITEMS),
    ):
        if each is not IN_SESSION or behaviour.trend is not None:
            met.add(matrix, steps, each.fading[back] * weights, each.into, copies)
    whole, copies, _ = _joined([walk.history for walk in walks])
    weights = np.concatenate([walk.history_weights for walk in walks])[:, None]
    met.add(behaviour.item_item, whole, weights, _into("item_item"), copies)
    for i, walk in enumerate(walks):
        if not len(walk.history):
            continue
        met.add_journeys(behaviour.journeys, walk.history, COLUMN["alike"], i)
        pair = _pair(bundle, recent[i])
        if pair is not None:
            met.add(behaviour.after_pair, pair, ONE, _into("next_pair"), np.array([i]))
        if known.stacks.indices.size:
            met.put_stacks(known.stacks, known.stack_parts, walk.history, COLUMN["stack"], i)


def _joined(
    parts: Sequence[NDArray[np.int32]],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """All of them end to end, and for each entry whose it is and its place there."""
    lengths = [len(part) for part in parts]
    places = np.concatenate([np.arange(length) for length in lengths])
    return np.concatenate(parts), np.repeat(np.arange(len(parts)), lengths), places


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


def _folded(bundle: Bundle, walk: Walk) -> NDArray[np.float32] | None:
    factors = bundle.behaviour.factors
    if factors is None or not len(walk.history):
        return None
    weights = recency(len(walk.history), factors.folding.decay)
    return fold_in(walk.history, weights * walk.history_weights, factors)


def _profile(bundle: Bundle, walk: Walk) -> NDArray[np.float32] | None:
    """The mean text ``(t,)`` of the latest steps."""
    texts, latest = bundle.knowledge.text_vectors, walk.steps[::-1][:TEXT_WINDOW]
    return np.asarray(texts[latest].mean(0)) if texts.shape[1] and len(latest) else None
