"""Columns of the feature table, against the same written plainly."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.kernels import columns

N = 12
ROWS = st.lists(st.integers(0, N - 1), max_size=8).map(lambda rows: np.array(rows, np.int32))
MET = st.lists(st.integers(0, N - 1), min_size=1, max_size=5)


def filled(rows: np.ndarray, wide: int) -> np.ndarray:
    return np.full((len(rows), wide), 7, np.float32)


@given(ROWS, st.integers(2, 4), st.integers(0, 99))
def test_likeness_is_to_the_first_the_last_and_the_most_of_the_others(
    rows: np.ndarray, asked: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    vectors, wanted = rng.normal(size=(2, N, 20)).astype(np.float32)
    table = filled(rows, 5)
    columns.fill_likeness(vectors[rows], wanted[:asked], 1, table)
    like = vectors[rows] @ wanted[:asked].T
    np.testing.assert_allclose(table[:, 1], like[:, 0], atol=1e-5)
    np.testing.assert_allclose(table[:, 2], like[:, -1], atol=1e-5)
    np.testing.assert_allclose(table[:, 3], like[:, :-1].max(1), atol=1e-5)
    assert (table[:, [0, 4]] == 7).all()


@given(ROWS, st.integers(-1, N - 1), st.booleans(), st.integers(0, 99))
def test_facts_are_compared_with_those_of_the_last(
    rows: np.ndarray, last: int, issued: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    level, hours = rng.choice([0.25, 0.5, np.nan], (2, N))
    issuer = rng.integers(-1, 3, N).astype(np.int32)
    table = filled(rows, 4)
    columns.fill_facts(level, hours, issuer, rows, last, issued, 0, table)
    np.testing.assert_array_equal(table[:, 0], level[rows].astype(np.float32))
    np.testing.assert_array_equal(table[:, 1], hours[rows].astype(np.float32))
    steps = level[rows] - level[last] if last >= 0 else np.full(len(rows), 7.0)
    np.testing.assert_array_equal(table[:, 2], steps.astype(np.float32))
    same = issuer[rows] == issuer[last] if last >= 0 and issued else np.full(len(rows), 7)
    np.testing.assert_array_equal(table[:, 3], same)


@given(ROWS, MET, st.integers(1, 6), st.permutations(range(N)))
def test_order_is_from_the_last_and_from_the_nearest_met_before(
    rows: np.ndarray, met: list[int], most: int, places: list[int]
) -> None:
    place, table = np.array(places, np.int32), filled(rows, 2)
    columns.fill_order(place, rows, met[-1], np.array(met, np.int32), most, 0, table)
    for row, (from_last, from_met) in zip(rows, table.tolist(), strict=True):
        here = int(place[row])
        assert from_last == max(-most, min(most, here - int(place[met[-1]])))
        before = [here - int(place[each]) for each in met if place[each] < here]
        assert from_met == min([most, *before])
