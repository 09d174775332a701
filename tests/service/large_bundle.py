"""A bundle of any size, for measuring: what it proposes means nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tiny_bundle import SKILLS, facts, tables

from models import bundle
from models.bundle import Parts
from models.conditions import Conditions
from models.ids import IdMap
from models.index import VectorIndex

DIM = 384
NEIGHBOURS = 100


def write_large_bundle(root: Path, n: int) -> tuple[Path, int]:
    """Write a bundle of ``n`` credentials; its folder, and the bytes of its arrays and indexes."""
    seed = np.random.default_rng(1)
    vectors = seed.normal(size=(n, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    s = len(SKILLS)
    skill = np.arange(n) % s
    by_skill = np.argsort(skill, kind="stable")
    arrays: dict[str, NDArray[Any]] = {
        **_csr("teaches", np.arange(n + 1), skill),
        "teaches.match": np.full(n, np.nan, np.float32),
        "teaches.inferred": np.zeros(n, np.bool_),
        **_csr("requires", np.array([0, s // 2, s]), np.r_[0:s:2, 1:s:2]),
        "requires.importance": np.ones(s, np.float32),
        "requires.match": np.full(s, np.nan, np.float32),
        "requires.inferred": np.zeros(s, np.bool_),
        **_csr("near", np.arange(s + 1), np.arange(s)),
        **_csr("closers", np.searchsorted(skill[by_skill], np.arange(s + 1)), by_skill),
        "closers.credit": np.ones(n, np.float32),
        "text_vectors": vectors,
        "learners_of": np.arange(n, 0, -1, dtype=np.float32),
        **_csr("popular_for_role", np.zeros(3), np.zeros(0)),
        "learners_for_role": np.zeros(2, np.float32),
        "place": np.zeros(0, np.int32),
        "begun_with": np.zeros(n, np.float32),
        "pairs": np.zeros(0, np.int64),
        **_csr("after_pair", np.zeros(1), np.zeros(0)),
        **_csr("taken", np.zeros(1), np.zeros(0)),
        **_csr("item_item", np.arange(n + 1) * NEIGHBOURS, seed.integers(0, n, n * NEIGHBOURS)),
        "histories.indptr": np.array([0, 1, 2], np.int64),
        "histories.credential": np.array([0, 1], np.int32),
        "histories.kind": np.zeros(2, np.uint8),
        "histories.at": np.zeros(2),
    }
    steps = ("following_slow", "following_fast", "preceding", "in_session", "passing")
    for name in (*steps, "followers", "stacks", "stack_parts"):
        arrays |= _csr(name, np.zeros(n + 1), np.zeros(0))
    compiled = Conditions.compile({}, IdMap([]), IdMap(SKILLS))
    arrays |= {f"conditions.{name}": getattr(compiled, name) for name in Conditions.__slots__}
    columns = tables()
    columns["credentials"] = {
        name: [_varied(name, column[i % len(column)], i) for i in range(n)]
        for name, column in columns["credentials"].items()
    }
    parts = Parts(arrays, columns, {"text": VectorIndex.build(vectors)})
    mapped = sum(array.nbytes for array in arrays.values()) + vectors.nbytes
    return bundle.write(parts, facts(), root), mapped


def _varied(name: str, value: Any, i: int) -> Any:
    """Words of the usual length that are not the same for every credential."""
    if name == "prerequisites":
        return None
    words = {"id": "credential-{}", "title": "An introduction to subject {}",
             "description": "What there is to say of subject {}. " * 8,
             "url": "https://catalogue.example/credentials/{}"}  # fmt: skip
    return words[name].replace("{}", str(i)) if name in words else value


def _csr(name: str, indptr: Any, indices: Any) -> dict[str, NDArray[Any]]:
    return {
        f"{name}.indptr": np.asarray(indptr, np.int64),
        f"{name}.indices": np.asarray(indices, np.int32),
        f"{name}.values": np.full(len(indices), 0.5, np.float32),
    }
