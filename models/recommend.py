"""The request path in one screen: read the question, rank, put the answer into words."""

from __future__ import annotations

from models import explain, gap
from models.bundle import Bundle
from models.domain import Ask, Item, Reason, Recommendation
from models.query import Query, build, mode
from models.rank import Ranked, rank
from models.sources import SOURCES


def recommend(bundle: Bundle, ask: Ask) -> Recommendation:
    """What this learner should earn next, best first, with reasons.

    Never an error for missing input: without history, role or skills, or with unknown ids,
    the best honest answer comes with its ``mode`` and ``notes``. No item is held, excluded,
    unavailable, over a limit or short of its prerequisites.
    """
    query = build(bundle, ask)
    return word(bundle, query, rank(bundle, query))


def word(bundle: Bundle, query: Query, ranked: Ranked) -> Recommendation:
    """The answer with its gap, what each item closes, and reasons."""
    state = ranked.known.gap
    why = explain.reasons(bundle, query, ranked) if query.explain else ((),) * len(ranked.places)
    return Recommendation(
        mode=mode(query),
        items=tuple(
            _item(bundle, ranked, int(place), told)
            for place, told in zip(ranked.places, why, strict=True)
        ),
        role=query.role,
        gap=None if state is None else gap.describe(bundle, query, state),
        notes=query.notes,
    )


def _item(bundle: Bundle, ranked: Ranked, place: int, reasons: tuple[Reason, ...]) -> Item:
    row = int(ranked.candidates.rows[place])
    state = ranked.known.gap
    after = None if state is None else max(0.0, state.before - float(state.closing[row]))
    proposed = zip(SOURCES, ranked.candidates.ranks[place], strict=True)
    return Item(
        credential=row,
        score=round(float(ranked.scores[place]), 6),
        sources=tuple(name for name, rank in proposed if rank >= 0),
        closes=() if state is None else gap.closings(bundle, state, row),
        gap_after=None if after is None else round(after, 6),
        reasons=reasons,
    )
