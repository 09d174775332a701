"""What the base models are made of, counted: over parts of the learners, wherever those are.

All of it is whole numbers of what one learner did, summed over learners. So a part's counts are
the sum of its learners', any partition gives the same total to the last bit, and counting on one
processor, on several or on several machines is the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.errors import TrainingFailed
from models.features import SESSION_GAP
from training.interactions import DISMISS, Interactions
from training.matrix import met_matrix
from training.spread import Spread
from training.steps import Steps
from training.tally import Tally, summed

PART: Final = 1_000_000
"""About so many interactions are counted at once, which bounds the memory needed."""

MOST: Final = 2_000_000
"""With more credentials the key of three of them would not fit 64 bits."""

SOON: Final = 3
"""A learner "went on" to what was met within so many steps."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some learners with all they did; ``roles`` ``(n_learners,)``: each one's target or -1."""

    known: Interactions
    roles: NDArray[np.int32]

    def save(self, path: Path) -> None:
        """Write it to ``path``, a file of arrays."""
        known = self.known
        arrays: dict[str, NDArray[Any]] = {
            name: getattr(known, name) for name in ("learner", "credential", "kind", "at", "value")
        }
        shape = np.array([known.n_credentials, known.dated])
        with path.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                indptr=known.indptr, roles=self.roles, shape=shape, **arrays,
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Self:
        """What ``save`` wrote."""
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        n_credentials, dated = arrays.pop("shape").tolist()
        roles = arrays.pop("roles")
        return cls(Interactions(**arrays, n_credentials=n_credentials, dated=bool(dated)), roles)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of learners or of steps; keys are rows ``r`` and columns ``c`` as ``r · n + c``.

    - ``apart``: steps apart, as ``Steps.apart(longest)`` counts them, returns included.
    - ``soon``: what was met within ``SOON`` new credentials after another.
    - ``sitting``: steps to another credential within one sitting.
    - ``after_pair``: steps after two in a row, key ``(r · n + c) · n + next``.
    - ``together``: learners who met both; on the diagonal, who met the one.
    - ``for_role``: learners of a role (row) who met a credential.
    - ``begun`` ``(n,)``: learners who met each credential first of all; ``aiming`` ``(roles,)``:
      learners by target, of those who did anything.
    """

    apart: Tally
    soon: Tally
    sitting: Tally
    after_pair: Tally
    together: Tally
    for_role: Tally
    begun: NDArray[np.int64]
    aiming: NDArray[np.int64]

    @classmethod
    def of(cls, part: Part, n_roles: int, longest: int) -> Self:
        """Count one part."""
        known, n = part.known, part.known.n_credentials
        steps = Steps.of(known, repeats=True)
        fresh = Steps.of(known, repeats=False)
        first = np.ones(len(fresh.learner), np.bool_)
        first[1:] = fresh.learner[1:] != fresh.learner[:-1]
        met = met_matrix(known).astype(np.int32)
        aiming = (part.roles >= 0) & (np.diff(known.indptr) > 0)
        chosen = aiming[fresh.learner]
        role = part.roles[fresh.learner[chosen]].astype(np.int64)
        return cls(
            apart=steps.apart(longest),
            soon=_soon(fresh),
            sitting=_sitting(known),
            after_pair=_after_pair(steps),
            together=_entries(csr_array(met.T @ met)),
            for_role=Tally.of(role * n + fresh.credential[chosen]),
            begun=np.bincount(fresh.credential[first], minlength=n),
            aiming=np.bincount(part.roles[aiming], minlength=n_roles),
        )

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        """The sum over at least one part."""
        return summed(parts, cls.plus)

    def plus(self, other: Self) -> Self:
        """Both together."""
        tallies = ("apart", "soon", "sitting", "after_pair", "together", "for_role")
        both = {name: [getattr(self, name), getattr(other, name)] for name in tallies}
        return type(self)(
            **{name: Tally.total(each) for name, each in both.items()},
            begun=self.begun + other.begun,
            aiming=self.aiming + other.aiming,
        )


def count(
    known: Interactions, roles: NDArray[np.int32], n_roles: int, longest: int, spread: Spread
) -> Counts:
    """Count all learners, part by part, wherever ``spread`` has them counted.

    Raises ``TrainingFailed`` for more than ``MOST`` credentials.
    """
    if known.n_credentials > MOST:
        raise TrainingFailed(
            f"{known.n_credentials} credentials: expected at most {MOST}, to count steps"
        )
    counted = partial(Counts.of, n_roles=n_roles, longest=longest)
    return Counts.total(spread.over(counted, parts(known, roles, PART)))


def parts(known: Interactions, roles: NDArray[np.int32], size: int) -> Iterator[Part]:
    """All learners in runs with about ``size`` interactions each; at least one part."""
    ends = np.arange(size, len(known) + size, size)
    cuts = np.unique([0, *np.searchsorted(known.indptr, ends), known.n_learners])
    cuts = np.minimum(cuts, known.n_learners)
    for first, last in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        yield Part(known.among(first, last), roles[first:last])
    if len(cuts) == 1:
        yield Part(known, roles)


def _soon(fresh: Steps) -> Tally:
    keys = [np.zeros(0, np.int64)]
    for gap in range(1, SOON + 1):
        same = fresh.learner[gap:] == fresh.learner[:-gap]
        earlier = fresh.credential[:-gap][same].astype(np.int64)
        keys.append(earlier * fresh.shape[1] + fresh.credential[gap:][same])
    return Tally.of(np.concatenate(keys))


def _sitting(known: Interactions) -> Tally:
    acts = known.where(known.kind != DISMISS)
    same = acts.learner[1:] == acts.learner[:-1]
    moved = acts.credential[1:] != acts.credential[:-1]
    near = same & moved & (np.diff(acts.at) < SESSION_GAP) & known.dated
    earlier = acts.credential[:-1][near].astype(np.int64)
    return Tally.of(earlier * known.n_credentials + acts.credential[1:][near])


def _after_pair(steps: Steps) -> Tally:
    n = steps.shape[1]
    same = steps.learner[2:] == steps.learner[:-2]
    before = steps.credential[:-2][same].astype(np.int64)
    pair = before * n + steps.credential[1:-1][same]
    return Tally.of(pair * n + steps.credential[2:][same])


def _entries(matrix: csr_array) -> Tally:
    matrix.sort_indices()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return Tally(rows * matrix.shape[1] + matrix.indices, matrix.data.astype(np.int64))
