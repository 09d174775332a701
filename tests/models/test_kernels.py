"""The compiled loops against what they say they do, written plainly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models import sources
from models.kernels import lists
from models.kernels.merge import merge
from models.met import Met
from models.sparse import Csr, empty

N = 9
SCORES = arrays(np.float32, N, elements=st.sampled_from([0.0, -1.0, 0.25, 0.5, 0.5, 2.0]))
MASKS = arrays(np.bool_, N)
MATRICES = arrays(np.float32, (4, N), elements=st.sampled_from([0.0, 0.0, 1.0, -2.0, 0.5]))
ROWS = st.lists(st.integers(0, 3), max_size=6).map(lambda rows: np.array(rows, np.int32))
VECTORS = arrays(np.float32, (6, 70), elements=st.sampled_from([0.0, 1.0, -1.0, 0.1]))


def sparse(dense: np.ndarray) -> Csr:
    rows, columns = np.nonzero(dense)
    indptr = np.searchsorted(rows, np.arange(len(dense) + 1)).astype(np.int64)
    return Csr(indptr, columns.astype(np.int32), dense[rows, columns])


@given(SCORES, MASKS, st.integers(0, N + 2))
def test_top_is_the_head_of_the_order(scores: np.ndarray, mask: np.ndarray, k: int) -> None:
    rows, values = sources.top(scores, mask, k)
    wanted = [r for r in np.lexsort((np.arange(N), -scores)) if mask[r] and scores[r] > 0][:k]
    assert rows.tolist() == wanted
    assert values.tolist() == scores[wanted].tolist()


@given(MATRICES, ROWS, st.integers(0, 100), st.lists(st.integers(0, N - 1), unique=True))
def test_sums_are_the_dense_products(
    dense: np.ndarray, rows: np.ndarray, seed: int, asked: list[int]
) -> None:
    weights = np.random.default_rng(seed).normal(size=(len(rows), 2)).astype(np.float32)
    wanted = np.zeros((N, 3), np.float32)
    wanted[:, [2, 0]] = dense[rows].T @ weights
    blank, into = np.array([0, np.nan, 0], np.float32), np.array([2, 0], np.int32)
    wanted[:, 1] = np.nan
    met = Met(N, blank)
    met.add(sparse(dense), rows, weights, into)
    np.testing.assert_allclose(met.of(np.arange(N)), wanted, atol=1e-5)
    assert sorted(met.rows.tolist()) == np.flatnonzero((dense[rows] != 0).any(0)).tolist()
    some = np.array(asked, np.int32)
    only = Met.only(some, N, np.tile(blank, (2, len(some), 1)))
    copies = np.arange(len(rows)) % 2
    only.add(sparse(dense), rows, weights, into, copies)
    for which in (0, 1):
        mine = copies == which
        wanted[:, [2, 0]] = dense[rows[mine]].T @ weights[mine]
        assert only.copy(which).rows.tolist() == asked
        np.testing.assert_allclose(only.copy(which).of(some), wanted[some], atol=1e-5)


def test_what_is_put_replaces_and_meets() -> None:
    met = Met(4, np.zeros(2, np.float32))
    met.put(np.array([3, 1, 3], np.int32), np.array([0, 5, 6, 7], np.float32), 1)
    assert met.of(np.arange(4)).tolist() == [[0, 0], [0, 5], [0, 0], [0, 7]]
    met.put(np.array([1], np.int32), np.array([9, 8, 9, 9], np.float32), 1)
    assert met.of(np.array([1]))[0, 1] == 8


def test_a_stack_begun_counts_what_is_left_and_a_whole_one_itself() -> None:
    parts = np.zeros((5, 5), np.float32)
    parts[3, [0, 1]] = parts[4, [0, 1, 2]] = 1  # 3 = {0, 1}, 4 = {0, 1, 2}
    met = Met(5, np.zeros(1, np.float32))
    met.put_stacks(sparse(parts.T.copy()), sparse(parts), np.array([0, 1], np.int32), 0)
    assert met.of(np.arange(5))[:, 0].tolist() == [1, 1, 1, 1, 0]
    met = Met(5, np.zeros(1, np.float32))
    met.put_stacks(sparse(parts.T.copy()), sparse(parts), np.array([1], np.int32), 0)
    assert met.of(np.arange(5))[:, 0] == pytest.approx([1, 1, 2 / 3, 0, 0])
    nothing = Met(5, np.zeros(1, np.float32))
    nothing.put_stacks(empty(5), empty(5), np.array([1], np.int32), 0)
    assert not len(nothing.rows)


@given(
    st.lists(st.lists(st.integers(0, N - 1), unique=True, max_size=5), min_size=1, max_size=4),
    st.lists(st.integers(0, N - 1), max_size=2),
    st.integers(0, N),
)
def test_proposals_are_merged_by_reciprocal_rank(
    proposed: list[list[int]], pinned: list[int], most: int
) -> None:
    total = sum(map(len, proposed))
    places, rows = np.zeros(N, np.int32), np.empty(min(total, most), np.int32)
    ranks = np.full((total, len(proposed)), -1, np.int32)
    flat = np.array([row for each in proposed for row in each], np.int32)
    counts = np.array([len(each) for each in proposed])
    size = merge(flat, counts, np.array(pinned, np.int32), 60, places, ranks, rows, np.empty(total))
    score = {
        row: sum(1 / (60 + each.index(row)) for each in proposed if row in each)
        for row in flat.tolist()
    }
    wanted = sorted(score, key=lambda row: (row not in pinned, -round(score[row], 12), row))[:most]
    assert sorted(rows[:size].tolist()) == sorted(wanted)
    for row in wanted:
        found = ranks[places[row] - 1].tolist()
        assert found == [each.index(row) if row in each else -1 for each in proposed]


@given(VECTORS, st.sampled_from([0.5, 0.9, 0.97]))
def test_repeats_are_those_near_an_earlier_one_that_is_none(
    vectors: np.ndarray, least: float
) -> None:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    found = np.empty(len(unit), np.bool_)
    lists.mark_repeats(unit, least, found)
    kept: list[int] = []
    for place, vector in enumerate(unit):
        like = [float(vector @ unit[k]) for k in kept]
        if any(abs(each - least) < 1e-3 for each in like):
            return  # on the very edge rounding decides
        assert found[place] == any(each >= least for each in like)
        if not found[place]:
            kept.append(place)


@given(st.integers(0, 10_000), st.integers(0, 6))
def test_overlap_leaves_only_what_is_still_open(seed: int, turns: int) -> None:
    rng = np.random.default_rng(seed)
    after = rng.choice([0, 0.5, 1], (5, 3)).astype(np.float32)
    weight, start = np.array([0.5, 0.3, 0.2], np.float32), np.array([0.5, 0, 0], np.float32)
    scores, pinned = rng.random(5) + 1, rng.permutation(5)[: rng.integers(3)]
    toned, covered = np.empty(5), start.copy()
    lists.tone_overlap(after, weight, covered, 0.7, pinned, turns, scores, toned)
    wanted, seen, waiting = scores.copy(), start.copy(), list(range(5))
    alone = np.maximum(after - start, 0) @ weight
    for turn in range(min(5, len(pinned) + turns)):
        chosen = pinned[turn] if turn < len(pinned) else max(waiting, key=lambda i: wanted[i])
        waiting.remove(chosen)
        seen = np.maximum(seen, after[chosen])
        for i in waiting:
            still = np.maximum(after[i] - seen, 0) @ weight
            wanted[i] = max(scores[i] - 0.7 * (alone[i] - still), 0)
    np.testing.assert_allclose(toned, wanted, atol=1e-6)
    np.testing.assert_allclose(covered, seen)
