"""What learners did: as training knew it, so that they are served at once, and what stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.domain import Event, Kind
from models.ids import IdMap

KINDS = tuple(Kind)


class Histories:
    """Events by learner, oldest first; flat arrays of shape ``(n,)`` cut by ``indptr``.

    ``credential`` holds rows, ``kind`` positions in ``KINDS``, ``at`` seconds since the epoch.
    """

    def __init__(
        self,
        learners: IdMap,
        credentials: IdMap,
        indptr: NDArray[np.int64],
        credential: NDArray[np.int32],
        kind: NDArray[np.uint8],
        at: NDArray[np.float64],
    ) -> None:
        self.learners = learners
        self._credentials = credentials
        self._indptr = indptr
        self._credential = credential
        self._kind = kind
        self._at = at

    @classmethod
    def none(cls, credentials: IdMap) -> Histories:
        """Of nobody."""
        nothing = np.zeros(0)
        return cls(
            IdMap(()),
            credentials,
            np.zeros(1, np.int64),
            nothing.astype(np.int32),
            nothing.astype(np.uint8),
            nothing,
        )

    def of(self, learner: str) -> tuple[Event, ...]:
        """The events of one learner; empty when training did not know them."""
        row = self.learners.row(learner)
        if row is None:
            return ()
        cut = range(int(self._indptr[row]), int(self._indptr[row + 1]))
        return tuple(
            Event(
                credential=self._credentials[int(self._credential[i])],
                kind=KINDS[self._kind[i]],
                at=float(self._at[i]),
            )
            for i in cut
        )


class Act(Protocol):
    """Something done with a credential."""

    @property
    def credential(self) -> str: ...

    @property
    def kind(self) -> Kind: ...


AnyAct = TypeVar("AnyAct", bound=Act)


def standing(history: Iterable[AnyAct]) -> tuple[AnyAct, ...]:
    """What was not taken back of a ``history``, oldest first; retractions themselves are gone."""
    stands: dict[int, AnyAct] = {}
    acts: dict[str, list[int]] = {}
    for place, event in enumerate(history):
        before = acts.setdefault(event.credential, [])
        if event.kind is not Kind.RETRACT:
            before.append(place)
            stands[place] = event
        elif before:
            del stands[before.pop()]
    return tuple(stands.values())
