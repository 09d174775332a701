"""A question about a path, read against a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import gap
from models.bundle import Bundle
from models.domain import Ask, Event, Kind, ResolvedRole
from models.gap import GapState
from models.observer import NOBODY, Observer
from models.plan.terms import PathAsk
from models.query import Query, build, role_target

DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question read against a bundle: ``query`` as for recommendations, ``state`` the gap,
    ``None`` without a usable target; ``lapsed`` (rows) were held and have expired.
    """

    ask: PathAsk
    query: Query
    state: GapState | None
    lapsed: NDArray[np.int32]


def read(bundle: Bundle, ask: PathAsk, observer: Observer = NOBODY) -> Asked:
    """Read the question; unknown ids are noted, never an error."""
    limits = replace(ask.constraints, max_hours=None, max_cost=None)
    query = build(bundle, Ask(ask.learner, ask.start, ask.target, 100, limits), observer)
    lapsed = _lapsed(bundle, ask.learner.history, ask.start)
    held = np.setdiff1d(query.held, lapsed).astype(np.int32)
    query = replace(query, held=held)
    return Asked(ask, query, gap.measure(bundle, query), lapsed)


def towards(bundle: Bundle, asked: Asked, role: int) -> Asked:
    """The same question about another role (a row)."""
    resolved = ResolvedRole(role, bundle.roles.titles[role])
    resolved, requirement = role_target(bundle, resolved, [])
    query = replace(asked.query, role=resolved, requirement=requirement)
    return replace(asked, query=query, state=gap.measure(bundle, query))


def _lapsed(bundle: Bundle, history: Iterable[Event], at: float) -> NDArray[np.int32]:
    """Credentials held once whose validity had run out by ``at``."""
    until = validity(bundle, history)
    return np.array(sorted(row for row, end in until.items() if end < at), np.int32)


def validity(bundle: Bundle, history: Iterable[Event]) -> dict[int, float]:
    """Until when each credential a learner earned is valid: row → seconds, infinite for ever."""
    kinds = {Kind(kind) for kind in bundle.manifest.held_kinds}
    days = bundle.credentials.columns["expires_after_days"]
    until: dict[int, float] = {}
    for event in history:
        row = bundle.credentials.row(event.credential)
        if row is not None and event.kind in kinds:
            end = np.inf if days[row] is None else event.at + days[row] * DAY
            until[row] = max(until.get(row, -np.inf), end)
    return until
