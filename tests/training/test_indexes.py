"""The index that is chosen finds enough, by less work than any other that does."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from golden import answer
from shared import TINY_SETTINGS

from models import bundle
from models.index import VectorIndex
from training import indexes
from training.config import Config
from training.indexes import DEPTH, SHARES, WANTED, choose, trials
from training.job import train
from training.progress import Silent

N, DIM = 24_000, 32


def clustered(n: int, seed: int) -> np.ndarray:
    """Unit vectors about a hundred directions."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(100, DIM))
    found = centres[chance.integers(100, size=n)] + 0.5 * chance.normal(size=(n, DIM))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


VECTORS, QUESTIONS = clustered(N, 1), clustered(40, 2)


@pytest.fixture(scope="module")
def chosen() -> VectorIndex:
    """Of all vectors; made once, for it is only asked."""
    return choose(VECTORS, QUESTIONS)


def test_few_vectors_are_searched_plainly() -> None:
    index = choose(VECTORS[:5_000], QUESTIONS)
    assert (index.facts.kind, index.facts.measured_recall) == ("flat", 1.0)
    assert 0 < index.facts.exact_below < 5_000
    told = {name.removesuffix(" together") for name in index.facts.measured}
    assert told == index.facts.ms.keys() & told == {f"{share:g}" for share in SHARES}


@pytest.mark.parametrize("n", [0, 1, 40])
def test_hardly_any_vectors_will_do(n: int) -> None:
    index = choose(VECTORS[:n], QUESTIONS[:0])
    rows, _ = index.search(QUESTIONS, 5)
    assert rows.shape == (40, min(n, 5))


def test_of_many_the_one_with_least_work_is_chosen_always_the_same(chosen: VectorIndex) -> None:
    tried = list(trials(VECTORS, QUESTIONS))
    assert [each.index.facts.kind for each in tried] == ["flat", "ivf_flat", "ivf_sq8", "hnsw"]
    index, again = chosen, choose(VECTORS, QUESTIONS)
    assert index.facts == again.facts
    assert index.to_bytes().tobytes() == again.to_bytes().tobytes()
    least = min((each for each in tried if each.enough), key=lambda each: each.work)
    assert index.facts == least.index.facts
    assert index.facts.kind == "ivf_flat"
    assert DEPTH <= index.facts.rows < N / 2


@pytest.mark.parametrize("share", SHARES)
def test_what_is_chosen_finds_enough_for_questions_that_were_not_tried(
    chosen: VectorIndex, share: float
) -> None:
    index = chosen
    eligible = np.random.default_rng(8).random(N) < share
    others = clustered(30, 9)
    allowed = np.flatnonzero(eligible)
    wanted = allowed[np.argsort(-(others @ VECTORS[allowed].T), axis=1)[:, :DEPTH]]
    rows, _ = index.search(others, DEPTH, eligible)
    found = sum(len(np.intersect1d(a, b)) for a, b in zip(rows, wanted, strict=True))
    assert found >= (WANTED - 0.01) * wanted.size
    if len(allowed) < index.facts.exact_below:
        assert found == wanted.size


def test_what_would_be_too_large_is_shortened() -> None:
    assert indexes._kinds(2_000_000, 2_000_000 * 384 * 4)[0] == "ivf_sq8"
    assert indexes._kinds(2_000_000, 2_000_000 * 33 * 4)[0] == "flat"


@pytest.mark.parametrize(("larger", "kind"), [(200, "ivf_fp16"), (1e7, "ivf_flat")])
def test_what_is_told_too_little_of_is_not_shortened(
    monkeypatch: pytest.MonkeyPatch, larger: float, kind: str
) -> None:
    """Numbers so large that a byte tells little of the others, or beyond those of two bytes."""
    monkeypatch.setattr(indexes, "LARGEST", 0)
    coarse = VECTORS.copy()
    coarse[::500] *= np.float32(larger)
    index = choose(coarse, QUESTIONS)
    assert index.facts.kind == kind
    assert index.facts.measured_recall >= WANTED


def test_the_service_searches_by_what_was_chosen(
    tiny_data: Path, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "FEW", 0)
    monkeypatch.setattr(indexes, "LARGEST", 0)
    config = Config.model_validate(TINY_SETTINGS)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = bundle.read(train(tiny_data, tmp_path, config, 1, now, Silent()).folder)
    facts = made.manifest.indexes["collaborative"]
    assert facts.kind == "ivf_sq8"
    assert made.indexes["collaborative"].facts == facts
    plain = bundle.read(tiny_bundle)
    assert plain.indexes["collaborative"].facts.kind == "flat"
    assert answer(made) == answer(plain)
