"""From one question to the arrays that both solvers work on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import gap, rank, signals
from models.bundle import Bundle
from models.plan.candidates import LEAST_GAIN, allowed, currency, in_currency, needs_of, pool
from models.plan.needs import Need, reachable
from models.plan.question import Asked
from models.plan.terms import PathAsk, Then
from models.query import Query

WEEK: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits on the whole path; infinite where there is none.

    ``hours`` already holds what fits between start and deadline at the learner's pace.
    """

    cost: float
    hours: float
    steps: float
    deadline: float


@dataclass(frozen=True, slots=True)
class Problem:
    """What can be chosen and what it does: ``m`` candidates, ``k`` required skills.

    ``rows`` (m,) are credentials, ascending. Coverage of the requirements: ``base`` (k,) now,
    ``reached`` (m, k) by each candidate alone; the closed share of the role is
    ``weight · max(base, reached of the chosen) − weight · base``. ``cost`` and ``hours`` (m,)
    are lower bounds, 0 where unknown (NaN in ``known_cost``, ``known_hours``). ``price`` (m,)
    is what comes second and ``tie`` (m,) > 0 what comes third, both to be kept low; an unknown
    price is taken as the median of the known ones, for comparing only. ``opens`` and
    ``closes`` (m,) bound when a step may start. ``needs`` are prerequisites, ``None`` where
    there are none left. ``pace`` is seconds for one hour of effort, ``None`` without a pace.
    ``wanted`` is the closed share asked for, ``None`` for as much as can be had.
    """

    rows: NDArray[np.int32]
    reached: NDArray[np.float32]
    base: NDArray[np.float32]
    weight: NDArray[np.float32]
    cost: NDArray[np.float64]
    hours: NDArray[np.float64]
    known_cost: NDArray[np.float64]
    known_hours: NDArray[np.float64]
    price: NDArray[np.float64]
    tie: NDArray[np.float64]
    opens: NDArray[np.float64]
    closes: NDArray[np.float64]
    needs: tuple[Need | None, ...]
    start: float
    pace: float | None
    limits: Limits
    wanted: float | None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def windowed(self) -> bool:
        """Whether any candidate can only be started at certain times of the path."""
        return self.pace is not None and bool(
            np.isfinite(self.closes).any() or (self.opens > self.start).any()
        )

    def gain(
        self, reached: NDArray[np.float32], covered: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The share of the role that coverages ``reached`` (…, k) close beyond what is ``covered``
        (k,) already, ``(…)``.
        """
        # Not a product of matrices: its last digits, and so ties, would differ by the processor.
        return np.asarray((np.maximum(reached - covered, 0.0) * self.weight).sum(-1))

    def closed(self, chosen: Collection[int]) -> float:
        """The share of the role that the chosen candidates close together."""
        if not chosen:
            return 0.0
        after = np.maximum(self.reached[list(chosen)].max(0), self.base)
        return float((after - self.base) @ self.weight)


def problem(bundle: Bundle, asked: Asked, again: Iterable[int] = ()) -> Problem:
    """What can be chosen for a question with a gap.

    Credentials (rows) in ``again`` are counted twice in cost and hours: they lapse before the
    path ends and must be renewed.
    """
    ask, query, state = asked.ask, asked.query, asked.state
    assert state is not None  # noqa: S101 - nothing is planned without a gap
    free = allowed(bundle, asked)
    rows = pool(bundle, free, np.flatnonzero(free & (state.closing > LEAST_GAIN)))
    needs = needs_of(bundle, query, rows)
    open_ = reachable([_none(n) for n in needs], [i for i, n in enumerate(needs) if n is not False])
    if len(open_) < len(rows):
        rows = rows[sorted(open_)]
        needs = needs_of(bundle, query, rows)
    twice = 1.0 + np.isin(rows, list(again))
    credentials = bundle.credentials
    hours = credentials.hours[rows] * twice
    cost = in_currency(bundle, rows, currency(bundle, ask, rows)) * twice
    price = {
        Then.CHEAPEST: _supposed(cost),
        Then.FASTEST: _supposed(hours),
        Then.FEWEST: np.ones(len(rows)),
    }[ask.then]
    wanted = None if ask.reach is None else max(0.0, ask.reach - (1.0 - state.before))
    return Problem(
        rows=rows,
        reached=gap.reached(state, rows),
        base=state.coverage,
        weight=state.weight,
        cost=np.nan_to_num(cost),
        hours=np.nan_to_num(hours),
        known_cost=cost,
        known_hours=hours,
        price=price,
        tie=1.001 - _fit(bundle, query, rows),
        opens=np.nan_to_num(credentials.available_from[rows], nan=-np.inf),
        closes=np.nan_to_num(credentials.available_until[rows], nan=np.inf),
        needs=tuple(_none(need) for need in needs),
        start=ask.start,
        pace=None if ask.hours_per_week is None else WEEK / ask.hours_per_week,
        limits=_limits(ask),
        wanted=wanted,
    )


def _limits(ask: PathAsk) -> Limits:
    hours = np.inf if ask.constraints.max_hours is None else ask.constraints.max_hours
    if ask.deadline is not None and ask.hours_per_week is not None:
        hours = min(hours, max(0.0, ask.deadline - ask.start) / WEEK * ask.hours_per_week)
    budget = ask.constraints.max_cost
    return Limits(
        cost=np.inf if budget is None else budget.amount,
        hours=hours,
        steps=np.inf if ask.max_credentials is None else ask.max_credentials,
        deadline=np.inf if ask.deadline is None else ask.deadline,
    )


def _none(need: Need | bool) -> Need | None:
    return None if isinstance(need, bool) else need


def _supposed(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    unknown = np.isnan(amounts)
    if unknown.all():
        return np.zeros(len(amounts))
    return np.where(unknown, np.median(amounts[~unknown]), amounts)


def _fit(bundle: Bundle, query: Query, rows: NDArray[np.int32]) -> NDArray[np.float64]:
    """How likely the learner is to take each candidate, relative to the likeliest, 0..1."""
    among = np.zeros(bundle.n, np.bool_)
    among[rows] = True
    likely = rank.engagement(bundle, query, signals.compute(bundle, query, None), among)
    return likely[rows]
