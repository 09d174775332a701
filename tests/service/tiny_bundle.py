"""A bundle small enough to know every right answer, written by hand: no training needed.

Ten skills; ``c0`` … ``c9`` teach one each, ``c3`` asks for ``c2``; two roles ask for the
even and for the odd skills. Two learners are known, and everybody met ``c5``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import bundle
from models.bundle import Parts
from models.conditions import Conditions
from models.domain import Kind
from models.histories import KINDS
from models.ids import IdMap
from models.prerequisites import NeedsCredential

N = 10
SKILLS = [f"http://skills.example/{i}" for i in range(N)]
CREDENTIALS = [f"c{i}" for i in range(N)]
ROLES = ["even/role", "odd"]
LEARNERS = ["ada", "https://people.example/bob"]
HISTORY = [("ada", 0), ("ada", 1), ("https://people.example/bob", 4)]
TRAINED_AT = 1_700_000_000.0


def write_bundle(root: Path, favourite: int = 5) -> Path:
    """Write the bundle below ``root`` and return its folder; everybody met ``favourite``."""
    met = np.arange(N, 0, -1, dtype=np.float32) - 1
    met[favourite] = 40
    diagonal = np.diag(np.full(N, 0.5, np.float32))
    none = np.zeros((N, N), np.float32)
    required = np.zeros((2, N), np.float32)
    required[0, ::2] = required[1, 1::2] = 0.5
    arrays = {
        **_links("teaches", diagonal),
        **_links("requires", required),
        "requires.importance": np.ones(N, np.float32),
        **_csr("near", np.eye(N, dtype=np.float32)),
        **_csr("closers", diagonal),
        "closers.credit": np.ones(N, np.float32),
        **_conditions(),
        "text_vectors": np.zeros((N, 0), np.float32),
        "learners_of": met,
        **_csr("popular_for_role", np.zeros((2, N), np.float32)),
        "learners_for_role": np.zeros(2, np.float32),
        "place": np.zeros(0, np.int32),
        "begun_with": np.zeros(N, np.float32),
        "pairs": np.zeros(0, np.int64),
        **_csr("after_pair", none[:0]),
        **_csr("taken", none[:0]),
        **_csr("passing", none),
        **_histories(),
    }
    steps = ("following_slow", "following_fast", "preceding", "in_session", "item_item")
    for name in (*steps, "followers", "stacks", "stack_parts"):
        arrays |= _csr(name, none)
    return bundle.write(Parts(arrays=arrays, tables=tables()), facts(), root)


def facts() -> dict[str, Any]:
    """What the manifest says."""
    return {
        "created_at": "2026-01-01T00:00:00Z",
        "data": {
            "hash": "0" * 64,
            "counts": {"credentials": N},
            "dated": True,
            "last_at": TRAINED_AT,
        },
        "config": {},
        "seed": 0,
        "library_versions": {},
        "held_kinds": ("complete",),
        "kind_weights": {},
        "dims": {},
        "indexes": {},
        "features": (),
        "metrics": {},
    }


def tables() -> dict[str, dict[str, list[Any]]]:
    """Credentials, skills, roles and learners by column."""
    unknown: list[Any] = [None] * N
    return {
        "credentials": {
            "id": CREDENTIALS,
            "title": [f"Course {i}" for i in range(N)],
            "description": [f"About topic {i}." for i in range(N)],
            "issuer": ["Example Institute", None] * 5,
            "level": [0.5] * N,
            "hours": [None if i == 9 else 10.0 * (i + 1) for i in range(N)],
            "cost": [None if i == 8 else float(i) for i in range(N)],
            "currency": [None if i == 8 else "EUR" for i in range(N)],
            "language": ["en"] * N,
            "delivery": unknown,
            "url": [f"https://example.org/{i}" for i in range(N)],
            "available_from": unknown,
            "available_until": unknown,
            "expires_after_days": unknown,
            "prerequisites": [None, None, None, '{"credential": "c2"}', *unknown[4:]],
            "stacks_into": unknown,
            "quality": unknown,
        },
        "skills": {
            "id": SKILLS,
            "label": [f"Topic {i}" for i in range(N)],
            "aliases": unknown,
            "description": unknown,
            "taxonomy": unknown,
            "broader": unknown,
        },
        "roles": {
            "id": ROLES,
            "title": ["Keeper of even things", "Keeper of odd things"],
            "aliases": ['["even keeper"]', None],
            "description": [None, None],
            "median_wage": [51_000.0, None],
            "currency": ["EUR", None],
            "employment": [1200.0, None],
            "growth": [None, None],
            "wage_source": ["Example Census", None],
            "wage_year": [2024.0, None],
            "in_demand": ['["http://skills.example/8"]', None],
            "hot": ['["http://skills.example/4", "http://skills.example/none"]', None],
            "demand_source": ["Example Adverts", None],
            "demand_date": ["2024-05", None],
        },
        "learners": {"id": LEARNERS},
    }


def _csr(name: str, dense: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    rows, columns = np.nonzero(dense)
    counts = np.bincount(rows, minlength=len(dense))
    return {
        f"{name}.indptr": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        f"{name}.indices": columns.astype(np.int32),
        f"{name}.values": dense[rows, columns].astype(np.float32),
    }


def _links(name: str, levels: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    arrays = _csr(name, levels)
    size = len(arrays[f"{name}.indices"])
    outright = {f"{name}.match": np.full(size, np.nan, np.float32)}
    return arrays | outright | {f"{name}.inferred": np.zeros(size, np.bool_)}


def _conditions() -> dict[str, NDArray[Any]]:
    compiled = Conditions.compile({3: NeedsCredential("c2")}, IdMap(CREDENTIALS), IdMap(SKILLS))
    return {f"conditions.{name}": getattr(compiled, name) for name in Conditions.__slots__}


def _histories() -> dict[str, NDArray[Any]]:
    counts = [sum(name == learner for name, _ in HISTORY) for learner in LEARNERS]
    return {
        "histories.indptr": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "histories.credential": np.array([row for _, row in HISTORY], np.int32),
        "histories.kind": np.full(len(HISTORY), KINDS.index(Kind.COMPLETE), np.uint8),
        "histories.at": TRAINED_AT + np.arange(len(HISTORY), dtype=np.float64),
    }
