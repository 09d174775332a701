"""Learners of one role walk through the catalogue: choose, study, complete or give up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.domain import Kind
from training.interactions import KINDS
from training.simulation.behaviour import Behaviour
from training.simulation.catalogue import Catalogue, Floats
from training.simulation.choice import COVERED, Bools, Crowd, allowed, closing, utility
from training.simulation.shelf import Shelf

DAY = 86_400.0
UNKNOWN_HOURS = 20.0
"""Taken for every credential when the catalogue states no hours at all."""
BEST = 10
"""Length of the true list of best next credentials."""

Positions = NDArray[np.intp]


@dataclass(slots=True)
class Log:
    """Acts in columns: position in the crowd, column on the shelf, kind, whole seconds."""

    learner: list[NDArray[np.intp]]
    credential: list[NDArray[np.intp]]
    kind: list[NDArray[np.uint8]]
    at: list[Floats]

    def add(self, learner: Positions, credential: Positions, kind: Kind, at: Floats) -> None:
        """Append acts of one kind; all arrays are parallel."""
        self.learner.append(learner)
        self.credential.append(credential)
        self.kind.append(np.full(len(learner), KINDS.index(kind), np.uint8))
        self.at.append(np.floor(at))


def arrive(
    catalogue: Catalogue,
    shelf: Shelf,
    behaviour: Behaviour,
    count: int,
    window: tuple[float, float],
    rng: np.random.Generator,
) -> Crowd:
    """Draw ``count`` learners with their starting skills, limits and first day."""
    n_required = len(shelf.required)
    level = np.zeros((count, len(shelf.skills)))
    has = rng.random(level.shape)
    steps = 0.25 * rng.integers(1, 4, level.shape)
    level[:, :n_required] = np.where(
        has[:, :n_required] < behaviour.starting_skill,
        np.minimum(steps[:, :n_required], shelf.required),
        0.0,
    )
    level[:, n_required:] = np.where(has[:, n_required:] < behaviour.spare_skill, 0.25, 0.0)
    spread = np.exp(behaviour.spread * rng.standard_normal((3, count)))
    reads = rng.random((count, max(catalogue.n_languages, 1))) < behaviour.other_language
    reads[:, 0] = True
    start, end = window
    return Crowd(
        level=level,
        done=np.zeros((count, len(shelf.rows)), np.bool_),
        closed=np.zeros((count, len(shelf.rows)), np.bool_),
        last=np.full(count, -1),
        now=start + rng.random(count) * 0.75 * (end - start),
        hours=behaviour.median_hours * spread[0],
        cost=behaviour.median_cost * spread[1],
        pace=behaviour.median_hours_per_week * spread[2],
        reads=reads,
        choices=rng.geometric(1.0 / behaviour.choices, count),
    )


def walk(
    catalogue: Catalogue,
    shelf: Shelf,
    appeal: Floats,
    behaviour: Behaviour,
    crowd: Crowd,
    end: float,
    rng: np.random.Generator,
) -> Log:
    """Let the crowd act until choices, use or time run out; ``crowd`` becomes its last state.

    ``appeal`` (credentials,). Nothing later than ``end`` (seconds) happens or is known.
    """
    log = Log([], [], [], [])
    hours = _hours(catalogue, shelf)
    active = np.flatnonzero((crowd.now < end) & (crowd.choices > 0))
    while len(active):
        group = crowd.part(active)
        remaining, closes = closing(shelf, group.level)
        may = allowed(catalogue, shelf, group)
        go = np.flatnonzero(_useful(may, remaining, closes))
        worth = utility(shelf, appeal[shelf.rows], hours, group, closes, behaviour)
        noisy = np.where(may, worth + rng.gumbel(size=worth.shape), -np.inf)[go]
        active = active[go]
        chosen = noisy.argmax(axis=1)
        noisy[np.arange(len(go)), chosen] = -np.inf
        _browse(log, crowd, active, noisy, closes[go], end, behaviour, rng)
        _study(log, shelf, hours, crowd, active, chosen, end, behaviour, rng)
        active = active[(crowd.now[active] < end) & (crowd.choices[active] > 0)]
    return log


def best_next(
    catalogue: Catalogue, shelf: Shelf, appeal: Floats, behaviour: Behaviour, crowd: Crowd
) -> tuple[NDArray[np.intp], Floats]:
    """Columns (n, ``BEST``) of highest true utility and their utilities, -inf where none is left.

    Only what a learner may take counts; one for whom nothing closes the gap needs nothing.
    """
    remaining, closes = closing(shelf, crowd.level)
    worth = utility(shelf, appeal[shelf.rows], _hours(catalogue, shelf), crowd, closes, behaviour)
    may = allowed(catalogue, shelf, crowd)
    may &= _useful(may, remaining, closes)[:, None]
    worth = np.where(may, worth, -np.inf)
    best = np.argsort(-worth, axis=1, kind="stable")[:, :BEST]
    return best, np.take_along_axis(worth, best, axis=1)


def _useful(may: Bools, remaining: Floats, closes: Floats) -> Bools:
    """Mask (n,): there is a gap, and something allowed closes part of it."""
    found: Bools = (remaining > COVERED) & (may & (closes > 0)).any(axis=1)
    return found


def _browse(
    log: Log,
    crowd: Crowd,
    active: Positions,
    noisy: Floats,
    closes: Floats,
    end: float,
    behaviour: Behaviour,
    rng: np.random.Generator,
) -> None:
    """Some look at the runner-up first, and some of them save or dismiss it."""
    looks, answers = rng.random((2, len(active)))
    gap = _gap(behaviour, len(active), rng)
    other = noisy.argmax(axis=1)
    among = np.arange(len(active))
    looks_at = (looks < behaviour.browse) & np.isfinite(noisy[among, other])
    seen = crowd.now[active]
    crowd.now[active] = later = np.where(looks_at, seen + gap, seen)
    useless = closes[among, other] <= 0
    dismisses = looks_at & useless & (answers < behaviour.dismiss) & (later <= end)
    saves = looks_at & ~useless & (answers < behaviour.save) & (later <= end)
    for kind, mask, at in (
        (Kind.VIEW, looks_at, seen),
        (Kind.DISMISS, dismisses, later),
        (Kind.SAVE, saves, later),
    ):
        log.add(active[mask], other[mask], kind, at[mask])
    crowd.closed[active[dismisses], other[dismisses]] = True


def _study(
    log: Log,
    shelf: Shelf,
    hours: Floats,
    crowd: Crowd,
    active: Positions,
    chosen: Positions,
    end: float,
    behaviour: Behaviour,
    rng: np.random.Generator,
) -> None:
    """Enrol in ``chosen``; complete it after the weeks it takes, or give it up on the way."""
    enrolled = crowd.now[active] + _gap(behaviour, len(active), rng)
    weeks = hours[chosen] / crowd.pace[active]
    took = 7 * DAY * weeks * np.exp(0.25 * rng.standard_normal(len(active))) + 60.0
    long = np.minimum(hours[chosen] / crowd.hours[active], 1.0)
    gives_up, when = rng.random((2, len(active)))
    gives_up = gives_up < behaviour.abandon + behaviour.abandon_long * long
    left = enrolled + np.where(gives_up, when * took, took)
    log.add(active, chosen, Kind.ENROL, enrolled)
    completes = ~gives_up & (left <= end)
    winners, won = active[completes], chosen[completes]
    log.add(winners, won, Kind.COMPLETE, left[completes])
    crowd.closed[active, chosen] = True
    crowd.done[winners, won] = True
    crowd.level[winners] = np.maximum(crowd.level[winners], shelf.teaches[:, won].T)
    crowd.last[winners] = won
    crowd.choices[active] -= 1
    crowd.now[active] = left + DAY * behaviour.pause_days * rng.standard_exponential(len(active))


def _gap(behaviour: Behaviour, count: int, rng: np.random.Generator) -> Floats:
    """Seconds between two acts in a session, at least one minute."""
    return 60.0 + 60.0 * behaviour.minutes * rng.standard_exponential(count)


def _hours(catalogue: Catalogue, shelf: Shelf) -> Floats:
    """Hours of each credential on the shelf, the catalogue's median where unknown."""
    known = catalogue.hours[~np.isnan(catalogue.hours)]
    typical = float(np.median(known)) if len(known) else UNKNOWN_HOURS
    return np.nan_to_num(catalogue.hours[shelf.rows], nan=typical)
