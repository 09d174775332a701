"""Whatever kind an index is: it finds what an exact search finds, and nothing it must not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BundleCorrupt
from models.index import IndexFacts, VectorIndex, best
from models.vectors import Listed

N, DIM, LISTS = 3_000, 16, 24
EXACT_BELOW = 100
WAYS = {
    "flat": {},
    "hnsw": {"probes": 200, "filtered_probes": 800},
    "ivf_flat": {"rows": 1_200},
    "ivf_fp16": {"rows": 1_200},
    "ivf_sq8": {"rows": 1_200},
    "ivf_flat by probes": {"probes": 10, "filtered_probes": 20},
    "ivf_sq8 by probes": {"probes": 10, "filtered_probes": 20},
}


BESIDE = "ivf_sq8 by probes beside"
"""As in a bundle of format 2, with the vectors once more."""


def vectors(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)


def clustered(n: int, seed: int) -> np.ndarray:
    """Unit vectors about thirty directions."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(30, DIM))
    found = centres[chance.integers(30, size=n)] + 0.6 * chance.normal(size=(n, DIM))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


MATRIX, QUESTIONS = clustered(N, 1), clustered(40, 2)


def made(kind: str) -> VectorIndex:
    lists = LISTS if kind.startswith("ivf") else 0
    index = VectorIndex.build(MATRIX, kind.partition(" ")[0], lists=lists)
    return index.searched(replace(index.facts, exact_below=EXACT_BELOW, **WAYS[kind]))


@pytest.fixture(scope="module", params=[*WAYS, BESIDE])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    """Of each kind, as it comes back from its file."""
    path = tmp_path_factory.mktemp(request.param) / "text.faiss"
    before = made(request.param.removesuffix(" beside"))
    before.to_bytes().tofile(path)
    if request.param == BESIDE:
        return VectorIndex.open(path, replace(before.facts, again=2), MATRIX)
    return VectorIndex.open(path, before.facts)


def matrix_of(index: VectorIndex) -> np.ndarray:
    return index.vectors()[np.arange(len(index))]


def exact(k: int, eligible: np.ndarray, matrix: np.ndarray = MATRIX) -> np.ndarray:
    allowed = np.flatnonzero(eligible)
    return allowed[np.argsort(-(QUESTIONS @ matrix[allowed].T), axis=1, kind="stable")[:, :k]]


@pytest.mark.parametrize("share", [1.0, 0.95, 0.5, 0.1, 0.01, 0.001, 0.0])
def test_it_finds_what_an_exact_search_finds(index: VectorIndex, share: float) -> None:
    eligible = np.random.default_rng(3).random(N) < share
    wanted = exact(50, eligible)
    rows, scores = index.search(QUESTIONS, 50, eligible)
    found = [len(np.intersect1d(a, b)) for a, b in zip(rows, wanted, strict=True)]
    assert sum(found) >= 0.99 * wanted.size
    kept = matrix_of(index)
    if eligible.sum() < EXACT_BELOW:
        assert (rows[:, : wanted.shape[1]] == exact(50, eligible, kept)).all()
    there = rows >= 0
    assert (there.sum(1) == wanted.shape[1]).all()
    assert eligible[rows[there]].all()
    assert (np.diff(scores, axis=1) <= 0).all()
    told = np.einsum("qd,qkd->qk", QUESTIONS, kept[rows])
    np.testing.assert_allclose(scores[there], told[there], rtol=1e-4, atol=1e-5)


def test_vectors_are_kept_as_they_are_or_nearly_so(index: VectorIndex) -> None:
    rounded = {"ivf_fp16": 0.0005, "ivf_sq8": 0.005} if index.facts.again == 1 else {}
    np.testing.assert_allclose(matrix_of(index), MATRIX, atol=rounded.get(index.facts.kind, 0))
    rows = np.array([7, 2_999, 7, 0], np.int32)
    assert (index.vectors()[rows] == matrix_of(index)[rows]).all()
    assert index.vectors()[rows[:0]].shape == (0, DIM)


def test_without_a_filter_likewise(index: VectorIndex) -> None:
    rows, _ = index.search(QUESTIONS, 50)
    everything = np.ones(N, np.bool_)
    assert (rows == index.search(QUESTIONS, 50, everything)[0]).all()


@settings(deadline=None, max_examples=40)
@given(data=st.data())
@pytest.mark.parametrize("kind", list(WAYS))
def test_no_row_leaks_through_a_filter_and_none_is_missed_for_lack_of_others(
    kind: str, data: st.DataObject
) -> None:
    index = INDEXES.setdefault(kind, made(kind))
    seed, k = data.draw(st.integers(0, 10_000)), data.draw(st.integers(1, 300))
    passing = data.draw(st.sampled_from([0, 1, 99, 100, 101, 250, 1_500, 2_750, N]))
    chance = np.random.default_rng(seed)
    eligible = np.zeros(N, np.bool_)
    # Half of the time what passes lies together, and as often as not where nobody looks.
    order = np.argsort(MATRIX @ MATRIX[seed % N]) if seed % 2 else chance.permutation(N)
    eligible[order[:passing]] = True
    rows, _ = index.search(QUESTIONS[:4], k, eligible)
    for found in rows:
        kept = found[found >= 0]
        assert len(kept) == len(set(kept.tolist())) == min(k, passing)
        assert eligible[kept].all()


INDEXES: dict[str, VectorIndex] = {}


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.0])
def test_the_nearest_lists_are_looked_through_until_enough_rows_pass(share: float) -> None:
    index = INDEXES.setdefault("ivf_flat", made("ivf_flat"))
    eligible = np.random.default_rng(4).random(N) < share
    listed = index.vectors()
    assert isinstance(listed, Listed)
    passing = np.add.reduceat(eligible[listed.rows], listed.ends[:-1])
    probed, near = index.probed(QUESTIONS, None if share == 1.0 else eligible)
    for question, lists, like in zip(QUESTIONS, probed, near, strict=True):
        taken = lists[lists >= 0]
        nearest = np.argsort(-(listed.centres @ question), kind="stable")[: len(taken)]
        assert taken.tolist() == nearest.tolist()
        np.testing.assert_allclose(like[: len(taken)], listed.centres[taken] @ question, atol=1e-5)
        enough = passing[taken].sum() >= 1_200
        assert enough or len(taken) == LISTS
        assert passing[taken[:-1]].sum() < 1_200


def test_a_kind_without_lists_looks_through_none() -> None:
    flat = made("flat")
    with pytest.raises(TypeError, match="no lists"):
        flat.probed(QUESTIONS, None)
    with pytest.raises(ValueError, match="no lists"):
        flat.searched(replace(flat.facts, rows=100))


def test_lists_that_lack_a_row_are_refused(tmp_path: Path) -> None:
    """One row is there twice instead of another."""
    content = made("ivf_flat").to_bytes()
    last = np.frombuffer(np.int64(N - 1).tobytes(), np.uint8)
    spoilt = content.tobytes().replace(last.tobytes(), np.int64(0).tobytes())
    (tmp_path / "text.faiss").write_bytes(spoilt)
    with pytest.raises(BundleCorrupt, match="lacks some of its vectors"):
        VectorIndex.open(tmp_path / "text.faiss", made("ivf_flat").facts)


@pytest.mark.parametrize("kind", list(WAYS))
def test_the_same_vectors_give_the_same_bytes(kind: str) -> None:
    threads = faiss.omp_get_max_threads()
    try:
        given = []
        for number in (1, 2):
            faiss.omp_set_num_threads(number)
            given.append(made(kind).to_bytes().tobytes())
        assert given[0] == given[1]
    finally:
        faiss.omp_set_num_threads(threads)


@pytest.mark.parametrize("kind", list(WAYS))
def test_its_content_stays_in_the_file_and_is_mapped(kind: str, tmp_path: Path) -> None:
    path, before = tmp_path / "text.faiss", made(kind)
    before.to_bytes().tofile(path)
    index = VectorIndex.open(path, before.facts)
    assert (len(index), index.dim, index.facts) == (N, DIM, before.facts)
    assert (matrix_of(index) == matrix_of(before)).all()
    assert (index.search(QUESTIONS, 9)[0] == before.search(QUESTIONS, 9)[0]).all()
    assert str(path) in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize("beside", [None, MATRIX[1:], MATRIX[:, 1:], MATRIX.astype(np.float64)])
def test_an_index_without_its_vectors_is_refused(beside: np.ndarray, tmp_path: Path) -> None:
    before = made("ivf_sq8")
    before.to_bytes().tofile(tmp_path / "text.faiss")
    with pytest.raises(BundleCorrupt, match=r"text\.faiss cannot be read: .* lacks its vectors"):
        VectorIndex.open(tmp_path / "text.faiss", replace(before.facts, again=2), beside)


def test_an_index_of_another_kind_than_it_is_said_to_be_is_refused(tmp_path: Path) -> None:
    made("ivf_flat").to_bytes().tofile(tmp_path / "text.faiss")
    with pytest.raises(BundleCorrupt):
        VectorIndex.open(tmp_path / "text.faiss", IndexFacts())


@settings(deadline=None)
@given(
    st.integers(1, 60), st.integers(1, 70), st.integers(0, 1000), st.sampled_from([0.0, 0.1, 0.5])
)
def test_a_filtered_search_is_exact(n: int, k: int, seed: int, share: float) -> None:
    matrix, questions = vectors(n, seed), vectors(3, seed + 1)
    eligible = np.random.default_rng(seed).random(n) < share
    rows, scores = VectorIndex.build(matrix).search(questions, k, eligible)
    for question, found, values in zip(questions, rows, scores, strict=True):
        every = matrix @ question
        allowed = np.flatnonzero(eligible)
        nearest = allowed[np.argsort(-every[allowed], kind="stable")][:k]
        assert found[: len(nearest)].tolist() == nearest.tolist()
        np.testing.assert_allclose(values[: len(nearest)], every[nearest], rtol=1e-4, atol=1e-5)
        assert (found[len(nearest) :] == -1).all()


def test_rows_that_differ_by_question_are_compared_up_to_the_first_absent_one() -> None:
    matrix, questions = vectors(20, 3), vectors(2, 4)
    rows, _ = best(matrix, questions, 3, np.array([[4, 7, -1, 2], [1, 2, 3, 4]]))
    assert sorted(rows[0].tolist()) == [-1, 4, 7]
    assert rows[1].tolist() == (1 + np.argsort(-(matrix[1:5] @ questions[1]))[:3]).tolist()


def test_without_filter_everything_is_found() -> None:
    matrix = vectors(20, 3)
    rows, _ = VectorIndex.build(matrix).search(matrix, 100)
    assert rows.shape == (20, 20)
    assert (np.sort(rows, axis=1) == np.arange(20)).all()


def test_bytes_cut_short_are_told(tmp_path: Path) -> None:
    content = VectorIndex.build(vectors(12, 4)).to_bytes()
    content[: len(content) // 2].tofile(tmp_path / "text.faiss")
    with pytest.raises(BundleCorrupt, match=r"text\.faiss cannot be read"):
        VectorIndex.open(tmp_path / "text.faiss")


def test_an_empty_index_finds_nothing() -> None:
    rows, scores = VectorIndex.build(np.zeros((0, 8), np.float32)).search(vectors(2, 5), 10)
    assert rows.shape == scores.shape == (2, 0)
