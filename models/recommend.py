"""The request path in one screen: read the question, rank, put the answer into words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models import explain, gap
from models.bundle import Bundle
from models.domain import Ask, Closing, Item, Reason, Recommendation
from models.explore import Exploration, drawn, propensities
from models.observer import NOBODY, Observer
from models.query import Query, build, mode
from models.rank import Ranked, rank
from models.sources import SOURCES


def recommend(bundle: Bundle, ask: Ask, observer: Observer = NOBODY) -> Recommendation:
    """What this learner should earn next, best first, with reasons.

    Never an error for missing input: without history, role or skills, or with unknown ids,
    the best honest answer comes with its ``mode`` and ``notes``. No item is held, excluded,
    unavailable, over a limit or short of its prerequisites.
    """
    query = build(bundle, ask, observer)
    observer.done("read")
    ranked, odds = explored(query, rank(bundle, query, observer), ask.exploration)
    answer = word(bundle, query, ranked, odds)
    observer.done("explain")
    return answer


def explored(
    query: Query, ranked: Ranked, by: Exploration | None
) -> tuple[Ranked, tuple[float, ...]]:
    """The answer with its first place drawn, and the propensities of its first items in their new
    order; as it was, and none, without anything to draw or where pins say what comes first.
    """
    if by is None or len(query.pinned) or not len(ranked.places):
        return ranked, ()
    first, rest = ranked.places[: by.among], ranked.places[by.among :]
    odds = propensities(ranked.scores[first], by)
    place = drawn(odds, by.seed)
    order = np.concatenate([[place], np.delete(np.arange(len(first)), place)])
    changed = replace(ranked, places=np.concatenate([first[order], rest]))
    return changed, tuple(odds[order].tolist())


def word(
    bundle: Bundle, query: Query, ranked: Ranked, odds: tuple[float, ...] = ()
) -> Recommendation:
    """The answer with its gap, what each item closes, and reasons."""
    state = ranked.known.gap
    rows = ranked.candidates.rows[ranked.places]
    closes = [()] * len(rows) if state is None else gap.closings(state, rows)
    why = explain.reasons(bundle, query, ranked, closes) if query.explain else [()] * len(rows)
    return Recommendation(
        mode=mode(bundle, query),
        items=tuple(
            _item(ranked, place, told, skills)
            for place, told, skills in zip(ranked.places.tolist(), why, closes, strict=True)
        ),
        role=query.role,
        gap=None if state is None else gap.describe(bundle, query, state),
        notes=(*query.notes, *(floor.told() for floor in query.floors)),
        candidates=dict(zip(SOURCES, (ranked.candidates.ranks >= 0).sum(0).tolist(), strict=True)),
        propensities=odds,
    )


def _item(
    ranked: Ranked, place: int, reasons: tuple[Reason, ...], closes: tuple[Closing, ...]
) -> Item:
    row = int(ranked.candidates.rows[place])
    state = ranked.known.gap
    after = None if state is None else max(0.0, state.before - float(state.closing[row]))
    proposed = zip(SOURCES, ranked.candidates.ranks[place].tolist(), strict=True)
    return Item(
        credential=row,
        score=round(float(ranked.scores[place]), 6),
        sources=tuple(name for name, rank in proposed if rank >= 0),
        closes=closes,
        gap_after=None if after is None else round(after, 6),
        reasons=reasons,
    )
