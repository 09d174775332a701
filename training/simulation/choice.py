"""What a credential is worth to a learner, and which ones the learner may take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.prerequisites import (
    LEVEL_TOLERANCE,
    All,
    Any,
    AtLeast,
    Condition,
    NeedsCredential,
    NeedsSkill,
)
from training.simulation.behaviour import Behaviour
from training.simulation.catalogue import Catalogue, Floats, Ints
from training.simulation.shelf import Shelf

Bools = NDArray[np.bool_]

COVERED = 1e-6
"""A remaining gap below this counts as none."""


@dataclass(slots=True)
class Crowd:
    """``n`` learners who aim at the same role, at one moment each.

    ``level`` (n, s) are skills held, ``done`` (n, k) credentials completed, ``closed``
    (n, k) those never taken up again (completed, abandoned, dismissed); ``last`` (n,) is
    the column completed last, -1 for none; ``now`` (n,) seconds since the epoch. The rest
    are traits: limits on one credential's ``hours`` and ``cost``, study ``pace`` in hours a
    week, languages read (n, languages), and ``choices`` still to be made.
    """

    level: Floats
    done: Bools
    closed: Bools
    last: Ints
    now: Floats
    hours: Floats
    cost: Floats
    pace: Floats
    reads: Bools
    choices: Ints

    def part(self, at: NDArray[np.intp]) -> Crowd:
        """The learners at these positions (a copy)."""
        return Crowd(
            self.level[at],
            self.done[at],
            self.closed[at],
            self.last[at],
            self.now[at],
            self.hours[at],
            self.cost[at],
            self.pace[at],
            self.reads[at],
            self.choices[at],
        )


def closing(shelf: Shelf, level: Floats) -> tuple[Floats, Floats]:
    """The share of the role's gap still open (n,), and what each credential closes (n, k).

    What a credential closes is its share of the gap *still open*, 0..1.
    """
    remaining = np.zeros(len(level))
    closes = np.zeros((len(level), len(shelf.rows)))
    for at, (required, weight) in enumerate(zip(shelf.required, shelf.weight, strict=True)):
        held = np.minimum(level[:, at], required)
        remaining += weight / required * (required - held)
        taught = np.minimum(shelf.teaches[at], required)
        closes += weight / required * np.maximum(taught[None, :] - held[:, None], 0.0)
    return remaining, closes / np.maximum(remaining, COVERED)[:, None]


def utility(
    shelf: Shelf,
    appeal: Floats,
    hours: Floats,
    crowd: Crowd,
    closes: Floats,
    behaviour: Behaviour,
) -> Floats:
    """The true worth (n, k) of every credential; ``appeal`` and ``hours`` (k,) are known."""
    progress = crowd.done @ shelf.parts.T
    stacking = np.minimum(progress @ shelf.members, 1.0)
    similar = np.where(crowd.last[:, None] >= 0, shelf.similar[crowd.last], 0.0)
    effort = np.minimum(hours[None, :] / crowd.hours[:, None], 1.0)
    worth = behaviour.gap * closes + behaviour.stack * stacking + behaviour.similar * similar
    return worth + behaviour.appeal * appeal - behaviour.effort * effort


def allowed(catalogue: Catalogue, shelf: Shelf, crowd: Crowd) -> Bools:
    """Mask (n, k): not closed, prerequisites met, on offer, affordable, short enough, readable.

    What is unknown of a credential never forbids it.
    """
    rows = shelf.rows
    may = ~crowd.closed
    may &= ~(catalogue.hours[rows] > crowd.hours[:, None])
    may &= ~(catalogue.cost[rows] > crowd.cost[:, None])
    may &= (catalogue.opens[rows] <= crowd.now[:, None]) & (
        crowd.now[:, None] <= catalogue.closes[rows]
    )
    language = catalogue.language[rows]
    may &= (language < 0) | crowd.reads[:, language]
    for column, condition in enumerate(shelf.conditions):
        if condition is not None:
            may[:, column] &= _met(condition, shelf, crowd)
    return may


def _met(condition: Condition, shelf: Shelf, crowd: Crowd) -> Bools:
    met: Bools = np.zeros(len(crowd.now), np.bool_)  # what is not on the shelf cannot be had
    match condition:
        case All(of):
            met = _count(of, shelf, crowd) == len(of)
        case Any(of):
            met = _count(of, shelf, crowd) >= 1
        case AtLeast(n, of):
            met = _count(of, shelf, crowd) >= n
        case NeedsCredential(id_):
            column = shelf.place.get(id_)
            if column is not None:
                met = crowd.done[:, column]
        case NeedsSkill(id_, level):
            column = shelf.skill_place.get(id_)
            enough = max((level or 0.0) - LEVEL_TOLERANCE, np.finfo(float).tiny)
            if column is not None:
                met = crowd.level[:, column] >= enough
    return met


def _count(parts: tuple[Condition, ...], shelf: Shelf, crowd: Crowd) -> Ints:
    total = np.zeros(len(crowd.now), np.int64)
    for each in parts:
        total += _met(each, shelf, crowd)
    return total
