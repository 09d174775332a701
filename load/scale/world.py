"""A bundle of any size through the writer of real ones. What it recommends means nothing, how
long that takes does: texts lie together by topic, learners stay within theirs, the models are
counted from what they did; only texts' and factors' numbers, and the ranker's trees, are chance.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from load.scale.vectors import clustered, questions, topics
from models import bundle
from models.bundle import Parts
from models.conditions import Conditions
from models.domain import Kind
from models.feature_names import FEATURES
from models.ids import IdMap
from models.index import VectorIndex
from models.prerequisites import NeedsCredential
from training import behaviour
from training.asked import of_unmet
from training.indexes import QUESTIONS, choose
from training.interactions import Interactions

TEXT: Final = 384
FACTORS: Final = 64
"""Width of texts' vectors, and of factors by default."""

STEPS: Final = 10
EACH: Final = 3
"""A learner takes so many steps; a credential is met so many times, on average."""

REQUIRED: Final = 12
TAUGHT: Final = 2
"""Skills of a role, and of a credential."""

NOW: Final = 1_760_000_000.0
DAY: Final = 86_400.0

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class World:
    """Sizes: ``n`` credentials in topics, with skills and learners as follow from them."""

    n: int

    @property
    def skills(self) -> int:
        """As many as a taxonomy has, fewer for few credentials."""
        return int(np.clip(self.n // 10, 50, 14_000))

    @property
    def learners(self) -> int:
        """So many that each credential is met as often as ``EACH`` says."""
        return max(200, self.n * EACH // STEPS)

    roles: ClassVar[int] = 200

    def write(self, root: Path) -> Path:
        """Make it and write it below ``root``; returns its folder."""
        chance = np.random.default_rng(7)
        known = self._known(chance)
        vectors = self.vectors()
        indexes = {
            name: choose(each, questions(each, QUESTIONS, 3)) for name, each in vectors.items()
        }
        fitted = behaviour.fit(known, self._roles(chance), self.roles, ridge=30.0)
        indexes |= of_unmet(indexes, vectors["text"], known, fitted["learners_of"] > 0)
        del vectors  # of which the indexes hold what is written
        arrays = {
            **self._catalogue(chance),
            **fitted,
            "place": np.zeros(0, np.int32),
            "factors.solver": np.eye(FACTORS, dtype=np.float32),
            "factors.folding": np.array([0.5, 3.0, 0.3, 0.0]),
            "histories.indptr": known.indptr,
            "histories.credential": known.credential,
            "histories.kind": known.kind,
            "histories.at": known.at,
        }
        parts = Parts(arrays, self._tables(), indexes, ranker(chance))
        return bundle.write(parts, self._facts(known, indexes), root)

    def vectors(self) -> dict[str, NDArray[np.float32]]:
        """What its indexes are of, by their names; what nobody met has some of the texts."""
        bias = 0.1 * np.random.default_rng(4).random((self.n, 1), np.float32)
        return {
            "text": clustered(self.n, TEXT, 1),
            "collaborative": np.hstack([clustered(self.n, FACTORS, 2), bias]),
        }

    def _known(self, chance: np.random.Generator) -> Interactions:
        """Everybody walks about in a topic, some courses of which many take."""
        starts = topics(self.n)
        topic = np.repeat(chance.integers(len(starts) - 1, size=self.learners), STEPS)
        size = np.diff(starts)[topic]
        credential = starts[topic] + (chance.random(len(topic)) ** 1.5 * size).astype(np.int64)
        began = np.repeat(NOW - 700 * DAY * chance.random(self.learners), STEPS)
        return Interactions.build(
            np.repeat(np.arange(self.learners, dtype=np.int32), STEPS),
            credential.astype(np.int32),
            began + DAY * np.tile(np.arange(STEPS), self.learners),
            n_learners=self.learners,
            n_credentials=self.n,
        )

    def _roles(self, chance: np.random.Generator) -> NDArray[np.int32]:
        return chance.integers(self.roles, size=self.learners).astype(np.int32)

    def _catalogue(self, chance: np.random.Generator) -> Arrays:
        n, s = self.n, self.skills
        first = np.arange(n) % s
        skill = np.stack([first, (first + 1 + np.arange(n) // s % (s - 1)) % s], axis=1)
        taught = np.sort(skill, axis=1).ravel()
        by_skill = np.argsort(taught, kind="stable")
        required = np.sort(
            chance.permuted(np.tile(np.arange(s), (self.roles, 1)), axis=1)[:, :REQUIRED]
        )
        trees = {row: NeedsCredential(f"credential-{row - 1}") for row in range(20, n, 20)}
        ids = IdMap([f"credential-{row}" for row in range(n)])
        compiled = Conditions.compile(trees, ids, IdMap(()))
        links: Arrays = {}
        for name, owners, skills in (
            ("teaches", n, taught),
            ("requires", self.roles, required.ravel()),
        ):
            links |= _csr(name, np.arange(owners + 1) * (len(skills) // owners), skills)
            links[f"{name}.match"] = np.full(len(skills), np.nan, np.float32)
            links[f"{name}.inferred"] = np.zeros(len(skills), np.bool_)
        return {
            **links,
            "requires.importance": np.ones(self.roles * REQUIRED, np.float32),
            **_csr("near", np.arange(s + 1), np.arange(s), 1.0),
            **_csr(
                "closers", np.searchsorted(taught[by_skill], np.arange(s + 1)), by_skill // TAUGHT
            ),
            "closers.credit": np.ones(n * TAUGHT, np.float32),
            **_csr("stacks", np.zeros(n + 1), np.zeros(0)),
            **_csr("stack_parts", np.zeros(n + 1), np.zeros(0)),
            **{f"conditions.{name}": getattr(compiled, name) for name in Conditions.__slots__},
        }

    def _tables(self) -> dict[str, dict[str, list[Any]]]:
        rows = range(self.n)
        nothing: list[Any] = [None] * self.n
        return {
            "credentials": {
                "id": [f"credential-{i}" for i in rows],
                "title": [f"An introduction to subject {i}" for i in rows],
                "description": [f"What there is to say of subject {i}. " * 8 for i in rows],
                "issuer": [f"Institute {i % 997}" for i in rows],
                "level": [i % 4 / 4 + 0.25 for i in rows],
                "hours": [None if i % 9 == 0 else float(i % 60 + 1) for i in rows],
                "cost": [None if i % 8 == 0 else float(i % 500) for i in rows],
                "currency": [None if i % 8 == 0 else "USD" for i in rows],
                "language": ["de" if i % 10 == 0 else "en" for i in rows],
                "delivery": [("online", "blended", "onsite")[i % 3] for i in rows],
                "url": [f"https://catalogue.example/credentials/{i}" for i in rows],
                "available_from": nothing,
                "available_until": nothing,
                "expires_after_days": [1095.0 if i % 5 == 0 else None for i in rows],
                "prerequisites": [
                    f'{{"credential": "credential-{i - 1}"}}' if i and i % 20 == 0 else None
                    for i in rows
                ],
                "stacks_into": nothing,
                "quality": nothing,
            },
            "skills": {
                "id": [f"skill-{i}" for i in range(self.skills)],
                "label": [f"Skill {i}" for i in range(self.skills)],
                **dict.fromkeys(
                    ("aliases", "description", "taxonomy", "broader"), [None] * self.skills
                ),
            },
            "roles": {
                "id": [f"role-{i}" for i in range(self.roles)],
                "title": [f"Role {i}" for i in range(self.roles)],
                "aliases": [None] * self.roles,
                "description": [None] * self.roles,
                "growth": [None] * self.roles,
            },
            "learners": {"id": [f"learner-{i}" for i in range(self.learners)]},
        }

    def _facts(self, known: Interactions, indexes: dict[str, VectorIndex]) -> dict[str, Any]:
        return {
            "created_at": "2025-10-09T00:00:00Z",
            "data": {
                "hash": f"{self.n:064}",
                "counts": {"credentials": self.n, "interactions": len(known)},
                "dated": True,
                "last_at": float(known.at.max()),
            },
            "config": {},
            "seed": 7,
            "library_versions": {},
            "held_kinds": (Kind.COMPLETE,),
            "kind_weights": {},
            "dims": {name: index.dim for name, index in indexes.items()},
            "indexes": {name: index.facts for name, index in indexes.items()},
            "features": FEATURES,
            "metrics": {},
        }


def ranker(chance: np.random.Generator) -> str:
    """Trees in the usual number and of the usual size, grown on chance."""
    table = chance.random((20_000, len(FEATURES)), np.float32)
    label = (table.sum(1) + chance.standard_normal(len(table)) > len(FEATURES) / 2).astype(int)
    settings = {"objective": "lambdarank", "num_leaves": 15, "verbose": -1, "num_threads": 1,
                "deterministic": True, "seed": 7}  # fmt: skip
    groups = np.full(len(table) // 50, 50)
    trees = lightgbm.train(settings, lightgbm.Dataset(table, label, group=groups), 400)
    return str(trees.model_to_string())


def _csr(name: str, indptr: Any, indices: Any, value: float = 0.5) -> Arrays:
    return {
        f"{name}.indptr": np.asarray(indptr, np.int64),
        f"{name}.indices": np.asarray(indices, np.int32),
        f"{name}.values": np.full(len(indices), value, np.float32),
    }


if __name__ == "__main__":
    World(int(sys.argv[1])).write(Path(sys.argv[2]))
