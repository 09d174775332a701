from __future__ import annotations

import numpy as np
import pytest
from histories import histories
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from training import metrics, splits
from training.toplists import NONE


def relevant(*rows: list[int], n: int = 30) -> csr_array:
    dense = np.zeros((len(rows), n), np.float32)
    for row, columns in enumerate(rows):
        dense[row, columns] = 1
    return csr_array(dense)


def test_metrics_by_hand() -> None:
    lists = np.array([[3, 1, 4, 0, 5, 9], [2, 6, 7, 8, 0, 3], [NONE] * 6], np.int32)
    got = metrics.measure(lists, relevant([1, 9, 20], [2], [5]))
    assert got["recall@5"] == pytest.approx([1 / 3, 1, 0])
    assert got["recall@10"] == pytest.approx([2 / 3, 1, 0])
    assert got["hit@5"].tolist() == [1, 1, 0]
    assert got["mrr"] == pytest.approx([1 / 2, 1, 0])
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    gain = 1 / np.log2(3) + 1 / np.log2(7)
    assert got["ndcg@10"] == pytest.approx([gain / ideal, 1, 0])


def test_ndcg_judges_by_the_best_order_within_the_cutoff() -> None:
    lists = np.arange(5, dtype=np.int32)[None]
    assert metrics.measure(lists, relevant(list(range(12))))["ndcg@5"] == pytest.approx([1.0])


def test_mrr_at_a_cutoff_forgets_what_lies_below() -> None:
    lists = np.arange(12, dtype=np.int32)[None]
    got = metrics.measure(lists, relevant([6]))
    assert got["mrr@5"].tolist() == [0]
    assert got["mrr@10"] == got["mrr"] == pytest.approx([1 / 7])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_metrics_are_bounded_and_grow_with_the_cutoff(data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(30)))
    answers = data.draw(st.lists(st.integers(0, 29), min_size=1, max_size=25, unique=True))
    got = metrics.measure(np.array([order], np.int32), relevant(answers))
    assert all(0 <= value[0] <= 1 + 1e-12 for value in got.values())
    for name in ("recall", "hit", "mrr"):
        values = [got[f"{name}@{k}"][0] for k in metrics.CUTOFFS]
        assert values == sorted(values)
    for k in metrics.CUTOFFS:
        assert (got[f"hit@{k}"][0] > 0) == (got[f"ndcg@{k}"][0] > 0) == (got[f"recall@{k}"][0] > 0)


def test_moving_an_answer_up_never_hurts() -> None:
    lists = np.array([np.roll(np.arange(20), shift) for shift in range(20)], np.int32)
    got = metrics.measure(lists, relevant(*[[0]] * 20))
    for name in ("ndcg@10", "mrr", "recall@5"):
        assert (np.diff(got[name]) <= 0).all()


def test_coverage_and_gini_tell_few_from_all() -> None:
    same = np.zeros((10, 1), np.int32)
    each = np.arange(10, dtype=np.int32)[:, None]
    assert metrics.coverage(same, 10) == pytest.approx(0.1)
    assert metrics.coverage(each, 10) == 1
    assert metrics.gini(same, 10) == pytest.approx(0.9)
    assert metrics.gini(each, 10) == pytest.approx(0)
    assert metrics.gini(np.full((2, 3), NONE, np.int32), 10) == 0


def test_novelty_is_the_surprise_of_what_is_shown() -> None:
    split = splits.given(
        histories("a", "a", "ab", n_credentials=3), histories("", "", "", n_credentials=3)
    )
    assert metrics.novelty(np.array([[0]], np.int32), split) == pytest.approx(0)
    assert metrics.novelty(np.array([[1, NONE]], np.int32), split) == pytest.approx(1)
    assert metrics.novelty(np.array([[2]], np.int32), split) == pytest.approx(2)


def test_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(300):
        low, high = metrics.interval(rng.exponential(1.0, 80).round(2), seed, resamples=400)
        covered += low <= 1.0 <= high
    assert 0.88 <= covered / 300 <= 0.98


def test_interval_agrees_with_drawing_learners_one_by_one() -> None:
    values = np.random.default_rng(1).choice([0.0, 0.3, 0.5, 1.0], 200)
    drawn = np.random.default_rng(2).integers(0, 200, (20_000, 200))
    plain = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    assert metrics.interval(values, 3, resamples=20_000) == pytest.approx(plain, abs=0.003)


def test_interval_is_seeded() -> None:
    values = np.linspace(0, 1, 50)
    assert metrics.interval(values, 5) == metrics.interval(values, 5)
    assert metrics.interval(values, 5) != metrics.interval(values, 6)


def test_paired_sees_a_small_steady_gain_that_single_intervals_hide() -> None:
    rng = np.random.default_rng(4)
    base = rng.random(300)
    better = base + rng.normal(0.02, 0.05, 300)
    assert metrics.paired(better, base, 0)[0] > 0
    assert metrics.interval(better, 0)[0] < metrics.interval(base, 0)[1]
    low, high = metrics.paired(base, base, 0)
    assert low == high == 0


def test_slices_part_the_learners_by_history() -> None:
    train = histories("", "a", "ab", "abcdef")
    split = splits.given(train, histories("z", "z", "z", "z"))
    got = {name: np.flatnonzero(mask).tolist() for name, mask in metrics.slices(split).items()}
    assert got == {
        "all": [0, 1, 2, 3],
        "warm": [1, 2, 3],
        "cold": [0],
        "history 0": [0],
        "history 1": [1],
        "history 2-4": [2],
        "history 5+": [3],
    }
