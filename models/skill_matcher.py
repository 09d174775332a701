"""What skills a sentence speaks of: by meaning, by the words it shares with their names, and by
how many roles ask for them.

The weights were chosen on sentences written for it and on descriptions of occupations and courses
(``docs/skill-matching.md``); what else is learned comes from the table of skills alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from models.index import VectorIndex
from models.naming import Naming

NAMED: Final = 0.25
"""A name covered by the sentence's words counts so much beside the cosine."""

ASKED: Final = 0.05
"""So does the logarithm of how many roles ask for the skill: most sentences are about those."""

PREFIX: Final = "match."
FEATURES: Final = 4

Best = tuple[NDArray[np.int64], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class SkillMatcher:
    """What was learned of ``s`` skills, from texts of ``t`` dimensions brought down to ``d``.

    - ``vectors`` (s, d): unit vectors of label and description.
    - ``turn`` (t, d): what a text's vector is multiplied by to lie nearer to them.
    - ``asked`` (s,): the logarithm of one and the number of roles that ask for the skill.
    - ``odds`` (FEATURES,): from ``evidence`` to the log-odds that the skill is meant.
    """

    vectors: NDArray[np.float32]
    turn: NDArray[np.float32]
    asked: NDArray[np.float32]
    odds: NDArray[np.float32]
    naming: Naming

    @classmethod
    def mapped(cls, arrays: Mapping[str, NDArray[Any]]) -> Self | None:
        """From a bundle's arrays; ``None`` where nothing was learned. Raises ``ValueError`` where
        they do not fit each other.
        """
        if f"{PREFIX}odds" not in arrays:
            return None
        own = {name: arrays[PREFIX + name] for name in ("vectors", "turn", "asked", "odds")}
        found = cls(**own, naming=Naming.mapped(arrays, f"{PREFIX}names."))
        skills, width = found.vectors.shape
        shapes = (
            found.turn.shape[1:],
            found.asked.shape,
            found.odds.shape,
            found.naming.starts.shape,
        )
        if shapes != ((width,), (skills,), (FEATURES,), (skills,)):
            raise ValueError(f"what reads texts does not fit {skills} skills: {shapes}")
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What it is made of, by name."""
        own = {PREFIX + name: getattr(self, name) for name in ("vectors", "turn", "asked", "odds")}
        return own | self.naming.arrays(f"{PREFIX}names.")

    def turned(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Unit vectors ``(q, d)`` of texts ``(q, t)``, brought nearer to those of skills."""
        return unit(vectors @ self.turn)

    def best(self, vectors: NDArray[np.float32], keys: Sequence[Sequence[int]], k: int) -> Best:
        """The ``k`` skills each sentence speaks of most likely, best first: rows and scores
        0..1, ``(q, ≤k)``. ``keys`` are those of each one's words.
        """
        named = np.stack([self.naming.covered(each) for each in keys])
        strength = self.turned(vectors) @ self.vectors.T
        strength += NAMED * named
        strength += ASKED * self.asked
        k = min(k, strength.shape[1])
        rows = np.argpartition(strength, -k, axis=1)[:, -k:]
        found = np.take_along_axis(strength, rows, 1)
        order = np.lexsort((rows, -found))
        rows, found = np.take_along_axis(rows, order, 1), np.take_along_axis(found, order, 1)
        return rows, sure(found, np.take_along_axis(named, rows, 1), self.odds)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The same without anything learned: the label nearest in meaning, with its cosine."""

    index: VectorIndex

    def best(self, vectors: NDArray[np.float32], keys: Sequence[Sequence[int]], k: int) -> Best:
        """As ``SkillMatcher.best``; the score says nothing of how likely it is right."""
        rows, scores = self.index.search(vectors, k)
        return rows, scores.clip(0, 1)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vectors ``(n, d)`` at length one; nothing stays nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def evidence(strength: NDArray[np.float32], named: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a sentence's best skills are judged by, ``(q, k, FEATURES)``: their strength, how far
    it is below the best one's, and how far they are named.
    """
    below = strength - strength[:, :1]
    return np.stack([np.ones_like(strength), strength, below, named], axis=-1)


def sure(
    strength: NDArray[np.float32], named: NDArray[np.float32], odds: NDArray[np.float32]
) -> NDArray[np.float32]:
    """How likely each is meant, 0..1, falling with the strength along each row ``(q, k)``."""
    chance = 1 / (1 + np.exp(-(evidence(strength, named) @ odds).clip(-30, 30)))
    return np.asarray(np.minimum.accumulate(chance, axis=1), np.float32)
