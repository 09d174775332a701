"""All roles at once: how far each is, and how much of it the catalogue could close at best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import gap
from models.bundle import Bundle
from models.evidence import comparable
from models.plan.candidates import LEAST_GAIN, allowed
from models.plan.question import Asked
from models.query import Requirement, required


@dataclass(frozen=True, slots=True)
class Screened:
    """The roles that require anything, the nearest first: ``rows`` (q,), ``before`` (q,) the gap
    to each, ``least`` (q,) the smallest gap that any path could leave.
    """

    rows: NDArray[np.int64]
    before: NDArray[np.float64]
    least: NDArray[np.float64]


def screen(bundle: Bundle, asked: Asked, reach: float) -> Screened:
    """Roles by how much it would roughly take to cover so much of each as ``reach`` (0..1) says.

    First those of which so much could be covered, by a guess at the hours: each missing skill at
    the rate of who teaches it in the shortest time, as if nobody taught two at once. Then the
    others, by the gap that would stay open. Only ``least`` is proven, the order is not: it
    serves to choose for which roles paths are planned.
    """
    asks = required(bundle, slice(None))
    links = bundle.roles.requires.links
    role = np.repeat(np.arange(links.n_rows), np.diff(links.indptr))
    covered = gap.coverage(bundle, asks, asked.query.skills, asked.query.levels)
    highest, rate = _taught(bundle, asks, allowed(bundle, asked))
    gain = np.maximum(highest - covered, 0.0)

    def summed(values: NDArray[np.float32]) -> NDArray[np.float64]:
        found = np.bincount(role, weights=values, minlength=links.n_rows)
        return found.astype(np.float64)

    total = summed(asks.importance)
    rows = np.flatnonzero(total > 0)
    before = summed(asks.importance * (1.0 - covered))[rows] / total[rows]
    closable = summed(asks.importance * gain)[rows] / total[rows]
    hours = summed(gain * rate)[rows]
    wanted = np.maximum(before - (1.0 - reach), 0.0)
    within = closable >= wanted - LEAST_GAIN
    share = np.divide(wanted, closable, out=np.zeros(len(rows)), where=closable > LEAST_GAIN)
    least = np.maximum(before - closable, 0.0)
    order = np.lexsort((rows, before, np.where(within, hours * share, least), ~within))
    return Screened(rows[order], before[order], least[order])


def supposed_hours(bundle: Bundle) -> NDArray[np.float64]:
    """Hours ``(n,)``, for comparing roles only: an unknown number is taken as the median of all
    known ones, the same for every role, or as 1 where none is known.
    """
    hours = bundle.credentials.hours
    known = hours[~np.isnan(hours) & bundle.credentials.shown]
    return np.nan_to_num(hours, nan=float(np.median(known)) if len(known) else 1.0)


def _taught(
    bundle: Bundle, asks: Requirement, free: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each requirement the highest coverage that credentials under the mask ``free`` (n,)
    could give it, never too low, and the fewest hours for all of it, known or supposed.
    """
    closers = bundle.knowledge.closers
    credit = np.where(free[closers.indices], bundle.knowledge.closers_credit, 0.0)
    lifted = credit * comparable(closers.values)
    hours = supposed_hours(bundle)[closers.indices]
    rate = np.divide(hours, lifted, out=np.full(len(lifted), np.inf), where=lifted > 0)
    level = comparable(asks.level)
    most = _best(np.maximum, closers.indptr, credit, 0.0)[asks.skills]
    lift = _best(np.maximum, closers.indptr, lifted, 0.0)[asks.skills]
    highest = np.minimum(most, lift / level)
    slowest = _best(np.minimum, closers.indptr, rate, np.inf)[asks.skills] * level
    return highest, np.where(highest > 0, slowest, 0.0)


def _best(
    choose: np.ufunc, indptr: NDArray[np.int64], values: NDArray[np.float32], nothing: float
) -> NDArray[np.float32]:
    """The extreme of each row's values, ``nothing`` for a row without any."""
    best = np.full(len(indptr) - 1, nothing, values.dtype)
    filled = np.flatnonzero(np.diff(indptr))
    if len(filled):
        best[filled] = choose.reduceat(values, indptr[filled])
    return best
