from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BundleCorrupt
from models.index import VectorIndex


def vectors(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)


@settings(deadline=None)
@given(
    st.integers(1, 60), st.integers(1, 70), st.integers(0, 1000), st.sampled_from([0.0, 0.1, 0.5])
)
def test_a_filtered_search_is_exact(n: int, k: int, seed: int, share: float) -> None:
    matrix, questions = vectors(n, seed), vectors(3, seed + 1)
    eligible = np.random.default_rng(seed).random(n) < share
    rows, scores = VectorIndex.build(matrix).search(questions, k, eligible)
    for question, found, values in zip(questions, rows, scores, strict=True):
        exact = matrix @ question
        allowed = np.flatnonzero(eligible)
        best = allowed[np.argsort(-exact[allowed], kind="stable")][:k]
        assert found[: len(best)].tolist() == best.tolist()
        np.testing.assert_allclose(values[: len(best)], exact[best], rtol=1e-4, atol=1e-5)
        assert (found[len(best) :] == -1).all()


def test_without_filter_everything_is_found() -> None:
    matrix = vectors(20, 3)
    rows, _ = VectorIndex.build(matrix).search(matrix, 100)
    assert rows.shape == (20, 20)
    assert (np.sort(rows, axis=1) == np.arange(20)).all()


def test_it_reads_what_it_wrote(tmp_path: Path) -> None:
    index = VectorIndex.build(vectors(12, 4))
    index.to_bytes().tofile(tmp_path / "text.faiss")
    again = VectorIndex.open(tmp_path / "text.faiss")
    assert (len(again), again.dim) == (12, 8)
    assert (again.vectors() == index.vectors()).all()


def test_the_vectors_stay_in_the_file_and_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "text.faiss"
    VectorIndex.build(vectors(5_000, 4)).to_bytes().tofile(path)
    index = VectorIndex.open(path)
    rows, _ = index.search(vectors(1, 5), 3)
    assert rows.shape == (1, 3)
    assert str(path) in Path("/proc/self/maps").read_text()


def test_bytes_cut_short_are_told(tmp_path: Path) -> None:
    content = VectorIndex.build(vectors(12, 4)).to_bytes()
    content[: len(content) // 2].tofile(tmp_path / "text.faiss")
    with pytest.raises(BundleCorrupt, match=r"text\.faiss cannot be read"):
        VectorIndex.open(tmp_path / "text.faiss")


def test_an_empty_index_finds_nothing() -> None:
    rows, scores = VectorIndex.build(np.zeros((0, 8), np.float32)).search(vectors(2, 5), 10)
    assert rows.shape == scores.shape == (2, 0)
