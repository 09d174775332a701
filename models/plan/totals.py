"""What a path takes in all: ranges, since unknown hours and costs are not zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.plan.candidates import currency, in_currency
from models.plan.terms import PathAsk, Range, Totals


def totals(bundle: Bundle, ask: PathAsk, rows: Sequence[int]) -> Totals:
    """Totals of the credentials ``rows``, one entry a step."""
    at = np.array(rows, np.int32)
    name = currency(bundle, ask, at)
    hours, cost = bundle.credentials.hours[at], in_currency(bundle, at, name)
    return Totals(
        hours=_range(hours),
        cost=_range(cost),
        currency=name,
        unknown_hours=int(np.isnan(hours).sum()),
        unknown_cost=int(np.isnan(cost).sum()),
    )


def _range(amounts: NDArray[np.float64]) -> Range:
    low = round(float(np.nansum(amounts)), 6)
    return Range(low, None if np.isnan(amounts).any() else low)
