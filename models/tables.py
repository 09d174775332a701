"""Credentials, skills and roles as columns, and what of them is shown to people.

A column holds cells in row order; ``None`` is unknown. Those of the credentials that the maths
reads are also kept as arrays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.addresses import Addresses
from models.columns import Column, Columns, Labels, Numbers
from models.ids import IdMap
from models.offer import Offer
from models.renewal import without
from models.sparse import Csr
from models.universal import Universal

Card = dict[str, Any]

CREDENTIAL_COLUMNS = (
    "id", "title", "description", "issuer", "level", "hours", "cost", "currency", "language",
    "delivery", "url", "available_from", "available_until", "expires_after_days",
    "prerequisites", "stacks_into", "quality",
)  # fmt: skip
FACTS = ("id", "title", "issuer", "level", "hours", "language", "delivery", "url")
SKILL_COLUMNS = ("id", "label", "aliases", "description", "taxonomy", "broader", "after")
ROLE_COLUMNS = (
    "id", "title", "aliases", "description", "median_wage", "currency", "employment", "growth",
    "wage_source", "wage_year", "in_demand", "hot", "demand_source", "demand_date",
)  # fmt: skip
WORK_COLUMNS = (
    "median_wage", "currency", "employment", "wage_source", "wage_year", "demand_source",
    "demand_date",
)  # fmt: skip
"""What is known of the work in a role, with where it is known from."""


def known(value: float) -> float | None:
    """A float with NaN turned back into ``None``; float32 noise rounded away."""
    return None if np.isnan(value) else round(float(value), 6)


@dataclass(frozen=True, slots=True)
class SkillLinks:
    """Which skills each owner (a credential or a role) names.

    ``links.values`` are levels 0..1, NaN for unknown. Aligned with its entries:
    ``match`` is the similarity (0..1) by which free text was matched to the skill, NaN
    where the skill is named outright; ``inferred`` marks skills read out of a description;
    ``importance`` (0..1, NaN for unknown) is there for roles only.
    """

    links: Csr
    match: NDArray[np.float32]
    inferred: NDArray[np.bool_]
    importance: NDArray[np.float32] | None = None

    def cards(self, row: int, skills: Skills) -> list[Card]:
        """The skills of one owner, JSON-ready."""
        start, stop = int(self.links.indptr[row]), int(self.links.indptr[row + 1])
        cards = []
        for at in range(start, stop):
            skill = int(self.links.indices[at])
            card: Card = {
                "skill": skills.ids[skill],
                "label": skills.labels[skill],
                "level": known(self.links.values[at]),
                "match": known(self.match[at]),
                "inferred": bool(self.inferred[at]),
            }
            if self.importance is not None:
                card["importance"] = known(self.importance[at])
            cards.append(card)
        return cards


class RoleDemand(NamedTuple):
    """Skills (rows) that a role's employers often ask for, and those used in it that are hot in
    general; by which source, and from when (``YYYY``, ``YYYY-MM`` or a day).
    """

    in_demand: tuple[int, ...]
    hot: tuple[int, ...]
    source: str
    date: str


class Skills:
    """The skills, in row order."""

    def __init__(self, columns: Columns) -> None:
        self.ids = IdMap(columns["id"])
        self.universal = Universal(self.ids)
        self.columns = columns
        self.labels = columns["label"]
        self._names = names(self.labels, columns["aliases"])

    def row(self, external: str) -> int | None:
        return self.ids.row(external)

    def named(self, text: str) -> int | None:
        """The row whose label or alias is ``text``, whatever its case."""
        return self._names.get(text.strip().lower())

    def linked(self, a: int, b: int) -> bool:
        """Whether the taxonomy has one of two skills (rows) directly under the other."""
        broader = self.columns["broader"]
        return self.ids[b] in loads(broader[a], []) or self.ids[a] in loads(broader[b], [])

    def card(self, row: int) -> Card:
        """One skill, JSON-ready."""
        lists = ("aliases", "broader", "after")
        card = {name: self._cell(name, row) for name in SKILL_COLUMNS}
        return card | {name: loads(card[name], []) for name in lists}

    def below(self, row: int) -> list[int]:
        """The skills (rows) that one builds on: broader ones, and those better learned before."""
        named = (loads(self._cell(name, row), []) for name in ("broader", "after"))
        return [at for names in named for each in names if (at := self.row(each)) is not None]

    def _cell(self, name: str, row: int) -> Any:
        """One cell, ``None`` also for a column that an older bundle does not have."""
        return self.columns[name][row] if name in self.columns else None


class Credentials:
    """The credentials, in row order, with the columns that limits are checked against: numbers
    float64 ``(n,)``, NaN unknown, and ``Labels``.

    ``shown`` ``(n,)`` marks those that may be proposed, found and named, ``offer`` tells which are
    on offer when."""

    def __init__(self, columns: Columns, teaches: SkillLinks, skills: Skills) -> None:
        self.ids = IdMap(columns["id"])
        self.columns = columns
        self.titles = columns["title"]
        self.addresses = Addresses(columns["url"])
        self.teaches = teaches
        self._skills = skills
        self.shown = np.ones(len(self.ids), np.bool_)
        self.level, self.hours, self.cost, self.available_from, self.available_until = (
            Numbers.of(columns[name]).values
            for name in ("level", "hours", "cost", "available_from", "available_until")
        )
        self.offer = Offer(self.available_from, self.available_until)
        self.issuer, self.language, self.delivery, self.currency = (
            Labels.of(columns[name]) for name in ("issuer", "language", "delivery", "currency")
        )

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, shown: NDArray[np.bool_]) -> Credentials:
        """The same credentials, of which those outside the mask ``shown`` ``(n,)`` are hidden."""
        narrowed = copy(self)
        narrowed.shown = shown
        narrowed.ids = self.ids.only(shown)
        return narrowed

    def row(self, external: str) -> int | None:
        return self.ids.row(external)

    def called(self, name: str) -> str | None:
        """The id of what a platform calls by its id or its address on the web."""
        if self.row(name) is not None:
            return name
        there = [row for row in self.addresses.rows(name) if self.shown[row]]
        return self.ids[there[0]] if there else None

    def card(self, row: int) -> Card:
        """One credential, JSON-ready; unknown is ``None``. Times are seconds since the epoch."""
        card = {name: self.columns[name][row] for name in CREDENTIAL_COLUMNS}
        del card["currency"]
        return card | {
            "cost": self._cost(row),
            "skills": self.teaches.cards(row, self._skills),
            "prerequisites": self._without_hidden(loads(card["prerequisites"], None)),
            "stacks_into": [
                name for name in loads(card["stacks_into"], []) if not self.ids.hides(name)
            ],
            "quality": without(loads(card["quality"], None), self.ids.hides),
        }

    def facts(self, row: int) -> Card:
        """What a list says of one credential, JSON-ready; unknown is ``None``."""
        return {name: self.columns[name][row] for name in FACTS} | {"cost": self._cost(row)}

    def _cost(self, row: int) -> Card | None:
        amount = self.columns["cost"][row]
        currency = self.columns["currency"][row]
        return None if amount is None else {"amount": amount, "currency": currency}

    def _without_hidden(self, tree: Any) -> Any:
        """A condition as data, in which hidden credentials are ``null``: left out, they would
        seem not to be required.
        """
        match tree:
            case {"credential": str(name)}:
                return {**tree, "credential": None if self.ids.hides(name) else name}
            case dict():
                return {key: self._without_hidden(part) for key, part in tree.items()}
            case list():
                return [
                    None
                    if isinstance(part, str) and self.ids.hides(part)
                    else self._without_hidden(part)
                    for part in tree
                ]
            case _:
                return tree


class Roles:
    """The roles, in row order, with what each requires."""

    def __init__(self, columns: Columns, requires: SkillLinks, skills: Skills) -> None:
        self.ids = IdMap(columns["id"])
        self.columns = columns
        self.titles = columns["title"]
        self.requires = requires
        self._skills = skills
        self._names = names(self.titles, columns["aliases"])

    def row(self, external: str) -> int | None:
        return self.ids.row(external)

    def named(self, text: str) -> int | None:
        """The row whose title or alias is ``text``, whatever its case."""
        return self._names.get(text.strip().lower())

    def card(self, row: int) -> Card:
        """One role, JSON-ready, with its requirements."""
        card = {name: self._cell(name, row) for name in ROLE_COLUMNS}
        return card | {
            "aliases": loads(card["aliases"], []),
            "requirements": self.requires.cards(row, self._skills),
            "in_demand": self._named("in_demand", row),
            "hot": self._named("hot", row),
        }

    def work(self, row: int) -> Card:
        """What is known of the work in one role, JSON-ready."""
        card = {name: self._cell(name, row) for name in WORK_COLUMNS}
        return card | {"in_demand": self._named("in_demand", row)}

    @cached_property
    def demand(self) -> Mapping[int, RoleDemand]:
        """What is in demand, by role, wherever it has a source and a date."""
        found = {}
        for row in range(len(self.ids)):
            source, date = self._cell("demand_source", row), self._cell("demand_date", row)
            if source is not None and date is not None:
                wanted, hot = self._skills_in("in_demand", row), self._skills_in("hot", row)
                if wanted or hot:
                    found[row] = RoleDemand(wanted, hot, source, date)
        return found

    def _named(self, column: str, row: int) -> list[Card] | None:
        """The skills that a cell lists, ``None`` where it is unknown."""
        if self._cell(column, row) is None:
            return None
        return [
            {"skill": self._skills.ids[skill], "label": self._skills.labels[skill]}
            for skill in self._skills_in(column, row)
        ]

    def _skills_in(self, column: str, row: int) -> tuple[int, ...]:
        listed = loads(self._cell(column, row), [])
        rows = (self._skills.row(each) for each in listed)
        return tuple(dict.fromkeys(row for row in rows if row is not None))

    def _cell(self, name: str, row: int) -> Any:
        """One cell, ``None`` also for a column that an older bundle does not have."""
        return self.columns[name][row] if name in self.columns else None


def names(labels: Column, aliases: Column) -> Mapping[str, int]:
    """Lower-cased label or alias → row; a label wins over an alias, the first row over later."""
    found: dict[str, int] = {}
    for row, label in enumerate(labels):
        found.setdefault(label.strip().lower(), row)
    for row, cell in enumerate(aliases):
        for alias in loads(cell, []):
            found.setdefault(alias.strip().lower(), row)
    return found


def loads(text: str | None, default: object) -> Any:
    """A JSON cell, or ``default`` where it is empty."""
    return default if text is None else json.loads(text)
