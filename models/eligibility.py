"""Which credentials may be proposed at all: exact, over the whole catalogue, before ranking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import Constraints
from models.evidence import assumed
from models.query import Query
from models.tables import Credentials


def eligible(bundle: Bundle, query: Query) -> NDArray[np.bool_]:
    """Mask ``(n,)``: not held or excluded, on offer at that moment, within every limit, and
    with its prerequisites met.
    """
    credentials = bundle.credentials
    mask = credentials.offer.at(query.at) & within(credentials, query.constraints)
    held = np.zeros(bundle.n, np.bool_)
    held[query.held] = True
    levels = np.full(len(bundle.skills.ids), np.nan, np.float32)
    levels[query.skills] = assumed(query.levels)
    mask &= bundle.knowledge.conditions.met(held, levels)
    mask[query.closed] = False
    return mask


def within(credentials: Credentials, limits: Constraints) -> NDArray[np.bool_]:
    """Mask ``(n,)`` of credentials that are shown and respect every limit."""
    mask = credentials.shown.copy()
    unknown_passes = limits.include_unknown
    if limits.max_hours is not None:
        hours = credentials.hours
        mask &= np.where(np.isnan(hours), unknown_passes, hours <= limits.max_hours)
    if limits.max_cost is not None:
        comparable = credentials.currency.among((limits.max_cost.currency,))
        comparable |= credentials.cost == 0
        known = comparable & ~np.isnan(credentials.cost)
        mask &= np.where(known, credentials.cost <= limits.max_cost.amount, unknown_passes)
    for column, allowed in (
        (credentials.language, limits.languages),
        (credentials.delivery, limits.delivery),
        (credentials.issuer, limits.issuers),
    ):
        if allowed:
            mask &= column.among(allowed) | (unknown_passes & ~column.known())
    return mask
