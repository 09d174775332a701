"""Which skills a text names, by the words of their labels and aliases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.words import words

SLACK: Final = 2.0
"""Added to what a name weighs, so that being named by one common word counts for little."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The words of the ``m`` names of ``s`` skills.

    - ``keys`` (w,), ascending: of words; ``weight`` (w,): how rare each is among the skills.
    - ``indptr`` (w + 1,) delimits each word's slice of ``names``, those it occurs in.
    - ``total`` (m,): what all words of a name weigh.
    - ``starts`` (s,): each skill's first name; names are in order of the skills.
    """

    keys: NDArray[np.uint32]
    weight: NDArray[np.float32]
    indptr: NDArray[np.int64]
    names: NDArray[np.int32]
    total: NDArray[np.float32]
    starts: NDArray[np.int32]

    @classmethod
    def of(cls, named: Sequence[Sequence[str]]) -> Self:
        """From each skill's names, at least one."""
        owner = np.repeat(np.arange(len(named)), [len(each) for each in named])
        flat = (text for each in named for text in each)
        entries = [
            (key, name) for name, text in enumerate(flat) for key in {w.key for w in words(text)}
        ]
        found = np.array(sorted(entries), np.int64).reshape(-1, 2)
        keys, at, counts = np.unique(found[:, 0], return_inverse=True, return_counts=True)
        pairs = np.unique(np.stack([at, owner[found[:, 1]]]), axis=1)
        weight = np.log1p(len(named) / np.bincount(pairs[0], minlength=len(keys)))
        return cls(
            keys.astype(np.uint32),
            weight.astype(np.float32),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            found[:, 1].astype(np.int32),
            np.bincount(found[:, 1], weight[at], len(owner)).astype(np.float32),
            np.searchsorted(owner, np.arange(len(named))).astype(np.int32),
        )

    @classmethod
    def mapped(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        """From arrays as ``arrays`` gave them."""
        return cls(*(arrays[prefix + name] for name in cls.__slots__))

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """What it is made of, by name."""
        return {prefix + name: getattr(self, name) for name in self.__slots__}

    def names_covered(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """How far words with these keys cover each name ``(m,)``, 0..1: what they share with it
        weighs, of all that it weighs and ``SLACK``.
        """
        wanted = np.unique(np.array(keys, np.uint32))
        at = np.searchsorted(self.keys, wanted)
        at, wanted = at[at < len(self.keys)], wanted[at < len(self.keys)]
        at = at[self.keys[at] == wanted]
        slices = [self.names[self.indptr[i] : self.indptr[i + 1]] for i in at.tolist()]
        weights = np.repeat(self.weight[at], [len(each) for each in slices])
        named = np.concatenate([self.names[:0], *slices])
        shared = np.bincount(named, weights, len(self.total)).astype(np.float32)
        return np.asarray(shared / (self.total + SLACK))

    def covered(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """The same for the name of each skill that is covered best, ``(s,)``."""
        return np.maximum.reduceat(self.names_covered(keys), self.starts)
