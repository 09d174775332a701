"""What nobody met has an index of its own in a large catalogue, and is proposed as without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import NOW, Rows, prepared, world

from models import query, signals
from models.bundle import Bundle
from models.domain import Ask, Event, Kind, Learner, Target
from models.eligibility import eligible
from models.gap import measure
from models.index import NEARLY_ALL, VectorIndex
from models.sources import Asked, unproven
from training.asked import of_unmet
from training.interactions import Interactions

N, MET, DIM, LISTS = 1_500, 1_000, 12, 20


def texts() -> np.ndarray:
    found = np.random.default_rng(1).normal(size=(N, DIM)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


TEXTS = texts()


ROWS: dict[str, Rows] = {
    "credentials": [
        {"id": f"c{i}", "title": f"C {i}"}
        | ({"skills": [{"skill": "s", "level": i % 5 / 4}]} if i % 7 == 0 else {})
        for i in range(N)
    ],
    "skills": [{"id": "s", "label": "S"}],
    "roles": [{"id": "r", "title": "R", "requirements": [{"skill": "s", "importance": 1}]}],
    "interactions": [
        {"learner_id": f"l{i // 10}", "credential_id": f"c{i}", "occurred_at": "2025-01-01"}
        for i in range(MET)
    ],
}
"""The last third is met by nobody, and every seventh teaches what the role asks."""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return world(**ROWS)


@pytest.fixture(scope="module")
def known() -> Interactions:
    return prepared(**ROWS).known


def searched(kind: str) -> VectorIndex:
    """Over all texts, exactly, of whatever kind."""
    lists = LISTS if kind != "flat" else 0
    index = VectorIndex.build(TEXTS, kind, lists=lists)
    return index.searched(replace(index.facts, rows=N if lists else 0))


@pytest.mark.parametrize("role", [None, "r"])
def test_the_same_is_proposed_with_an_index_of_its_own(
    bundle: Bundle, known: Interactions, role: str | None
) -> None:
    text = searched("ivf_flat")
    made = of_unmet({"text": text}, TEXTS, known, ~bundle.behaviour.unmet)
    assert [*made] == ["unmet"]
    assert len(made["unmet"]) == bundle.behaviour.unmet.sum() == N - MET
    bundle = replace(bundle, knowledge=replace(bundle.knowledge, text_vectors=TEXTS))
    for seed in range(8):
        rows = np.random.default_rng(seed).integers(0, MET, 3)
        history = tuple(Event(f"c{row}", Kind.COMPLETE, NOW - 9 + i) for i, row in enumerate(rows))
        ask = Ask(Learner(history=history), NOW, role and Target(id=role))
        found = []
        for indexes in ({"text": text}, {"text": text, **made}):
            each = replace(bundle, indexes=indexes)
            asked = query.build(each, ask)
            seen = signals.compute(each, asked, measure(each, asked))
            found.append(unproven(Asked(each, asked, seen, eligible(each, asked))))
        (plain, plain_scores), (fast, fast_scores) = found
        assert plain.tolist() == fast.tolist()
        np.testing.assert_allclose(plain_scores, fast_scores, atol=1e-5)
        assert len(fast) == 100
        assert bundle.behaviour.unmet[fast].all()


def test_it_is_left_out_where_it_would_not_help(known: Interactions) -> None:
    met, text = np.arange(N) < MET, {"text": searched("ivf_flat")}
    assert of_unmet({"text": searched("flat")}, TEXTS, known, met) == {}
    assert of_unmet({}, TEXTS[:, :0], known, met) == {}
    for each in (np.arange(N) < (1 - NEARLY_ALL) * N, np.ones(N, np.bool_)):
        assert of_unmet(text, TEXTS, known, each) == {}
