"""Places of a list that are kept for some credentials: those of small issuers, of a language.

A deployer's policy, part of what a bundle is made with; by default there is none. The list is made
greedily: wherever a prefix of it would hold fewer of a group than its share, the best of that
group comes next (DetGreedy of Geyik, Ambler and Kenthapadi, *Fairness-aware ranking in search and
recommendation systems*, KDD 2019), and where no more places are left than are owed, only what is
owed comes. Nothing is listed that could not have been listed without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models.tables import Credentials

ROUNDING: Final = 1e-9
"""So that a share of 0.3 owes three places of ten."""

By = Literal["issuer", "language", "delivery"]


class Floor(BaseModel):
    """At least ``share`` of a list's places, rounded down, go to credentials whose ``by`` is one
    of ``values``, as far as there are any to list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: By
    values: tuple[str, ...] = Field(min_length=1)
    share: float = Field(gt=0, le=0.5)

    def of(self, credentials: Credentials, rows: NDArray[np.int32] | slice) -> NDArray[np.bool_]:
        """Mask of those among ``rows`` that it is about; what is unknown is not."""
        labels = {
            "issuer": credentials.issuer,
            "language": credentials.language,
            "delivery": credentials.delivery,
        }
        return labels[self.by].among(self.values, rows)

    def told(self) -> str:
        """For the notes of an answer."""
        return f"{self.share:.0%} of the places are kept for {self.by} {', '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Places:
    """What is owed in a list of ``limit`` places: ``members`` ``(f, m)`` marks the candidates of
    each floor, ``shares`` ``(f,)``.
    """

    members: NDArray[np.bool_]
    shares: NDArray[np.float64]
    limit: int

    @classmethod
    def of(
        cls, floors: Sequence[Floor], credentials: Credentials, rows: NDArray[np.int32], limit: int
    ) -> Places:
        """The floors over the candidates ``rows`` ``(m,)``."""
        members = np.array([floor.of(credentials, rows) for floor in floors], np.bool_)
        shares = np.array([floor.share for floor in floors], np.float64)
        return cls(members.reshape(len(floors), len(rows)), shares, limit)

    def next(self, kept: Sequence[int], queue: Sequence[int]) -> int:
        """Which of the ``queue`` (candidates, best first) comes after those ``kept``: 0 unless
        something better placed must give way.
        """
        if not len(self.shares):
            return 0
        listed = self.members[:, list(kept)].sum(1)
        waiting = self.members[:, list(queue)]
        there = waiting.sum(1)
        short = (self._owed(len(kept) + 1) > listed) & (there > 0)
        owed = np.minimum(np.maximum(self._owed(self.limit) - listed, 0), there)
        if owed.sum() >= self.limit - len(kept):
            short |= owed > 0
        return int(waiting[short].any(0).argmax()) if short.any() else 0

    def _owed(self, places: int) -> NDArray[np.int64]:
        return np.floor(self.shares * places + ROUNDING).astype(np.int64)
