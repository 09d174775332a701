"""A platform whose learners' hidden preferences are known: who comes, what is on offer, and what
each learner would truly gain.

What a credential is worth to a learner is the simulator's utility (``docs/simulator.md``), in
which its appeal differs between hidden kinds of learners. No model is told either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from models.domain import Event, HeldSkill, Kind, Learner, Target
from training.schema import SKILL, STAMP, complete
from training.simulation.behaviour import Behaviour
from training.simulation.catalogue import Catalogue, Floats, Ints, compile_catalogue
from training.simulation.choice import Bools, Crowd, allowed, closing, utility
from training.simulation.shelf import Shelf, build_shelf
from training.simulation.walk import arrive
from training.simulation.world import build_world

WEEK: Final = 7 * 86_400.0
START: Final = 1_767_225_600.0
"""Week 0 begins at 2026-01-01, UTC."""

KINDS: Final = 2
"""Hidden kinds of learners."""
VISITS: Final = 2
"""Looks at a list that each learner takes in a week, until they are through."""
STOPS: Final = 0.4
"""Probability to look no further after each item of a list: 2.5 items in the mean."""
BROWSES: Final = 0.2
"""The same where there is no recommender and a learner has to search: 5 items in the mean."""
OUTSIDE: Final = 1.0
"""What a learner has who takes nothing, in units of utility."""
PATIENCE: Final = 4.0
"""Mean number of credentials that a learner takes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a platform is: ``arrivals`` learners begin in each week, for ``before`` weeks
    without a recommender, then for ``weeks`` with one. A share ``later`` (0..1) of the
    credentials is launched in the first third of the latter; their appeal is ``better`` in the
    mean, in standard deviations of that of the others.
    """

    credentials: int = 50
    arrivals: int = 80
    before: int = 1
    weeks: int = 12
    later: float = 0.7
    better: float = 0.5


@dataclass(slots=True)
class Person:
    """A learner: their role (a row), hidden kind, first week, true state, and what they did.

    ``rng`` is theirs alone, so that they draw the same whatever others are shown.
    """

    name: str
    role: int
    kind: int
    week: int
    state: Crowd
    stated: tuple[HeldSkill, ...]
    rng: np.random.Generator
    history: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a look at a list: the credential taken (a row; -1 for none), and by how much
    the best that was possible would have been worth more, ≥ 0 in units of utility.
    """

    credential: int
    regret: float


class Platform:
    """Catalogue, learners and truth of one ``seed``; only the people in it change."""

    def __init__(self, size: Size, seed: int) -> None:
        rng = np.random.default_rng(seed)
        n = size.credentials
        self._behaviour = Behaviour(
            gap=4.0, appeal=2.0, effort=0.0, choices=PATIENCE, other_language=1.0,
            shelf=n, popular=n, median_hours=1e9, median_cost=1e12,
        )  # fmt: skip
        world = build_world(n, rng)
        later = rng.random(n) < size.later
        self.launched: Ints = np.where(
            later, rng.integers(1, max(size.weeks // 3, 2), n), -size.before
        )
        opens = pl.Series(((START + WEEK * self.launched) * 1e6).astype(np.int64)).cast(STAMP)
        self._tables = world | {
            "credentials": world["credentials"].with_columns(
                opens.alias("available_from"),
                available_until=pl.lit(None, STAMP),
                # What comes later may be spoken of by nothing that is there before it.
                prerequisites=pl.lit(None, pl.String()),
                stacks_into=pl.lit(None, pl.List(pl.String())),
            )
        }
        self.catalogue: Catalogue = compile_catalogue(
            self._tables["credentials"], self._tables["skills"], self._tables["roles"]
        )
        self._appeal: Floats = rng.standard_normal((KINDS, n)) + size.better * later
        by_skill = self.catalogue.teaches.tocsc()
        self._shelves: list[Shelf] = [
            build_shelf(self.catalogue, by_skill, self._appeal[0], needs, self._behaviour)
            for needs in self.catalogue.needs
        ]
        weeks = np.repeat(np.arange(-size.before, size.weeks), size.arrivals)
        self.people = [
            self._person(number, week, np.random.default_rng([seed, number]))
            for number, week in enumerate(weeks.tolist())
        ]

    def tables(self, week: int) -> dict[str, pl.DataFrame]:
        """What a platform could hand to training as ``week`` begins, in the data contract's
        columns: what was launched, who came, what they said of themselves and did.
        """
        came = [person for person in self.people if person.week < week]
        skills = [[{"skill": s.skill, "level": s.level} for s in p.stated] for p in came]
        acts = [(p.name, e.credential, e.kind.value, e.at) for p in came for e in p.history]
        columns = ("learner_id", "credential_id", "kind", "occurred_at")
        return self._tables | {
            "credentials": self._tables["credentials"].filter(
                pl.Series(self.launched <= week)
            ),
            "learners": complete("learners", pl.DataFrame({
                "id": [p.name for p in came],
                "skills": pl.Series(skills, dtype=pl.List(SKILL)),
                "target_role": [self.catalogue.roles[p.role] for p in came],
            })),
            "interactions": complete("interactions", pl.DataFrame(
                {name: [act[at] for act in acts] for at, name in enumerate(columns)}
            )),
        }  # fmt: skip

    def present(self, week: int) -> list[Person]:
        """Who looks at lists in ``week``."""
        return [p for p in self.people if p.week <= week and p.state.choices[0] > 0]

    def asking(self, person: Person) -> Learner:
        """What the recommender is told of a learner."""
        return Learner(person.name, person.stated, person.history)

    def aim(self, person: Person) -> Target:
        """The role that the learner names."""
        return Target(id=self.catalogue.roles[person.role])

    def by_chance(self, person: Person, at: float) -> list[str]:
        """A list without a recommender: what the learner may take, in any order."""
        person.state.now[:] = at
        rows = self._shelves[person.role].rows[self._may(person)]
        return [self.catalogue.ids[row] for row in person.rng.permutation(rows).tolist()]

    def visit(self, person: Person, shown: list[str], at: float, stops: float = STOPS) -> Taken:
        """The learner looks at the first items of a list, ends after each with the probability
        ``stops``, and takes the one that seems best, if it seems better than nothing; what it is
        worth is seen through Gumbel noise.
        """
        shelf, state = self._shelves[person.role], person.state
        state.now[:] = at
        worth = self._worth(person)
        looked = person.rng.geometric(stops)
        noise = person.rng.gumbel(size=len(worth))
        may = self._may(person)
        columns = np.array([shelf.place[name] for name in shown[:looked]], np.int64)
        columns = columns[may[columns]]
        best = float(worth[may].max(initial=OUTSIDE))
        seems = (worth + noise)[columns]
        if seems.max(initial=-np.inf) < OUTSIDE:
            return Taken(-1, best - OUTSIDE)
        chosen = int(columns[seems.argmax()])
        regret = best - min(best, float(worth[chosen]))
        state.done[0, chosen] = state.closed[0, chosen] = True
        state.level[0] = np.maximum(state.level[0], shelf.teaches[:, chosen])
        state.last[0] = chosen
        state.choices[0] -= 1
        row = int(shelf.rows[chosen])
        person.history += (Event(self.catalogue.ids[row], Kind.COMPLETE, at),)
        return Taken(row, regret)

    def worth(self, person: Person, at: float) -> dict[str, float]:
        """What each credential that the learner may take at a moment is truly worth, by id."""
        person.state.now[:] = at
        rows, may, worth = self._shelves[person.role].rows, self._may(person), self._worth(person)
        return {
            self.catalogue.ids[row]: value
            for row, value in zip(rows[may].tolist(), worth[may].tolist(), strict=True)
        }

    def _worth(self, person: Person) -> Floats:
        shelf = self._shelves[person.role]
        appeal = self._appeal[person.kind][shelf.rows]
        _, closes = closing(shelf, person.state.level)
        hours = np.zeros(len(shelf.rows))
        found: Floats = utility(shelf, appeal, hours, person.state, closes, self._behaviour)[0]
        return found

    def _may(self, person: Person) -> Bools:
        found: Bools = allowed(self.catalogue, self._shelves[person.role], person.state)[0]
        return found

    def _person(self, number: int, week: int, rng: np.random.Generator) -> Person:
        role, kind = int(rng.integers(len(self.catalogue.roles))), int(rng.integers(KINDS))
        shelf = self._shelves[role]
        begins = START + WEEK * week
        state = arrive(self.catalogue, shelf, self._behaviour, 1, (begins, begins), rng)
        stated = tuple(
            HeldSkill(self.catalogue.skills[row], level)
            for row, level in zip(shelf.skills.tolist(), state.level[0].tolist(), strict=True)
            if level > 0
        )
        return Person(f"learner-{number}", role, kind, week, state, stated, rng)
