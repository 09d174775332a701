"""Which credentials a path may be made of, and what each must come after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.conditions import CREDENTIAL
from models.eligibility import within
from models.evidence import assumed
from models.plan.needs import Need, compile_needs, leaves
from models.plan.question import Asked
from models.plan.terms import PathAsk
from models.query import Query

LEAST_GAIN: Final = 1e-6
"""A credential that closes less of the role than this closes nothing."""

ALL: Final = np.zeros(0, np.int32)
"""Stands for the whole catalogue."""


def allowed(bundle: Bundle, asked: Asked) -> NDArray[np.bool_]:
    """Mask ``(n,)``: allowed by every choice, neither held nor turned down, and on offer at some
    moment of the path. Without a pace nobody knows when a step would start: it must be on
    offer at the start.
    """
    ask, query = asked.ask, asked.query
    credentials = bundle.credentials
    mask = within(credentials, query.constraints)
    for limit, known in (
        (ask.constraints.max_hours, credentials.hours),
        (ask.constraints.max_cost, in_currency(bundle, None, currency(bundle, ask, ALL))),
        (ask.deadline, credentials.hours),
    ):
        if limit is not None and not ask.constraints.include_unknown:
            mask &= ~np.isnan(known)
    until = ask.start if ask.hours_per_week is None else (ask.deadline or np.inf)
    mask &= ~((credentials.available_from > until) | (credentials.available_until < ask.start))
    mask[query.held] = False
    mask[query.dismissed] = False
    mask[credentials.ids.rows(ask.constraints.exclude)] = False
    return mask


def in_currency(
    bundle: Bundle, rows: NDArray[np.int32] | None, wanted: str | None
) -> NDArray[np.float64]:
    """Costs in one currency, NaN where unknown or in another; nothing costs the same in all."""
    credentials = bundle.credentials
    chosen = slice(None) if rows is None else rows
    cost = credentials.cost[chosen]
    named = credentials.currency
    same = named.among((wanted,), chosen) if wanted else ~named.known(chosen)
    comparable = same | (cost == 0)
    return np.where(comparable, cost, np.nan)


def pool(bundle: Bundle, free: NDArray[np.bool_], closers: NDArray[np.int64]) -> NDArray[np.int32]:
    """The closers and whatever could meet a prerequisite of theirs, directly or further back."""
    conditions, links = bundle.knowledge.conditions, bundle.credentials.teaches.links
    pooled = np.zeros(bundle.n, np.bool_)
    fresh = closers.astype(np.int32)
    while len(fresh):
        pooled[fresh] = True
        named, skilled = leaves(conditions, fresh)
        found = [conditions.row[named]]
        wanted = np.unique(conditions.row[skilled])
        if len(wanted):
            at = np.flatnonzero(np.isin(links.indices, wanted))
            found.append(np.searchsorted(links.indptr, at, side="right").astype(np.int32) - 1)
        more = np.unique(np.concatenate(found))
        fresh = more[free[more] & ~pooled[more]].astype(np.int32)
    return np.flatnonzero(pooled).astype(np.int32)


def needs_of(bundle: Bundle, query: Query, rows: NDArray[np.int32]) -> Sequence[Need | bool]:
    """What each candidate in ``rows`` (ascending) must come after; see ``compile_needs``."""
    conditions, links = bundle.knowledge.conditions, bundle.credentials.teaches.links
    held = set(query.held.tolist())
    place = {row: i for i, row in enumerate(rows.tolist())}
    levels = dict(zip(query.skills.tolist(), assumed(query.levels), strict=True))
    _, skilled = leaves(conditions, rows)
    teachers: dict[int, list[tuple[int, float]]] = {}
    if len(skilled):
        at, owner = links.entries(rows)
        asked = np.isin(links.indices[at], np.unique(conditions.row[skilled]))
        taught = assumed(links.values[at[asked]])
        skills = links.indices[at[asked]]
        for i, skill, level in zip(owner[asked], skills, taught, strict=True):
            teachers.setdefault(int(skill), []).append((int(i), float(level)))

    def support(node: int) -> Collection[int] | None:
        row, least = int(conditions.row[node]), float(conditions.level[node]) - LEAST_GAIN
        if conditions.kind[node] == CREDENTIAL:
            if row in held:
                return None
            return [place[row]] if row in place else []
        if levels.get(row, -1.0) >= least:
            return None
        return [i for i, level in teachers.get(row, ()) if level >= least]

    return compile_needs(conditions, rows, support)


def currency(bundle: Bundle, ask: PathAsk, rows: NDArray[np.int32]) -> str | None:
    """The currency of the path's totals: the budget's, or the commonest; ``None`` for none."""
    if ask.constraints.max_cost is not None:
        return ask.constraints.max_cost.currency
    return commonest_currency(bundle, rows)


def commonest_currency(bundle: Bundle, rows: NDArray[np.int32] = ALL) -> str | None:
    """The currency most credentials are priced in, of all or of some; ``None`` for none."""
    chosen = rows if len(rows) else bundle.credentials.shown
    return next(iter(bundle.credentials.currency.commonest(chosen)), None)
