"""Assignment is even, stable and independent; intervals hold what they promise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2_contingency

from models.trials import MISMATCH, Estimate, difference, mean, mismatch, ratio, variant

MANY = 40_000
WEIGHTS = [0.5, 0.3, 0.2]
RUNS = 400


def assigned(salt: str, weights: list[float] = WEIGHTS, many: int = MANY) -> list[int]:
    return [variant(salt, f"learner-{i}", weights) for i in range(many)]


@pytest.mark.parametrize("salt", ["a", "b", "2026-11", "ü"])
def test_learners_fall_to_variants_by_their_weights(salt: str) -> None:
    counts = Counter(assigned(salt))
    assert mismatch([counts[i] for i in range(3)], WEIGHTS) > MISMATCH


def test_assignment_never_changes() -> None:
    # Of all versions to come as well: whoever changes this moves learners between variants.
    assert assigned("salt", many=12) == [1, 2, 2, 0, 1, 1, 2, 0, 0, 2, 0, 1]


def test_experiments_are_independent() -> None:
    pairs = Counter(zip(assigned("one"), assigned("other"), strict=True))
    table = [[pairs[i, j] for j in range(3)] for i in range(3)]
    assert chi2_contingency(table).pvalue > 0.001


def test_salt_and_learner_do_not_run_into_each_other() -> None:
    points = {(salt, name): variant(salt, name, [1] * 10_000) for salt, name in
              [("a", "bc"), ("ab", "c"), ("a:b", "c"), ("a", "b:c")]}  # fmt: skip
    assert len(set(points.values())) == 4


@given(st.text(), st.text(), st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20))
def test_everybody_gets_a_variant(salt: str, learner: str, weights: list[float]) -> None:
    assert 0 <= variant(salt, learner, weights) < len(weights)


def test_a_broken_split_is_found() -> None:
    assert mismatch([5_000, 5_000], [1, 1]) == 1.0
    assert mismatch([5_300, 4_700], [1, 1]) < MISMATCH
    assert mismatch([700, 0], [0.9, 0.1]) < MISMATCH
    assert np.isnan(mismatch([0, 0], [1, 1]))


def answers(rng: np.random.Generator, learners: int = 300) -> tuple[NDArray[Any], ...]:
    """Whether each answer converted, and whose it was: learners differ in how many they get and in
    how likely they convert, and the two go together. The true rate is 0.275.
    """
    keen = rng.random(learners) < 0.5
    sizes = np.where(keen, 9, 3)
    owner = np.repeat(np.arange(learners), sizes)
    odds = np.where(keen, rng.beta(2, 4, learners), rng.beta(1, 9, learners))
    return (rng.random(len(owner)) < odds[owner]).astype(np.float64), owner


def covered(estimates: list[Estimate], truth: float) -> float:
    return float(np.mean([each.low <= truth <= each.high for each in estimates]))


def test_intervals_cover_though_answers_of_a_learner_hang_together() -> None:
    rng = np.random.default_rng(1)
    worlds = [answers(rng) for _ in range(RUNS)]
    found = [mean(led, owner) for led, owner in worlds]
    assert 0.92 <= covered(found, 0.275) <= 0.98
    alone = [mean(led, np.arange(len(led))) for led, _ in worlds]
    assert covered(alone, 0.275) < 0.85  # each answer by itself claims too much


def test_a_difference_of_nothing_is_rarely_found() -> None:
    rng = np.random.default_rng(2)
    gaps = [difference(mean(*answers(rng)), mean(*answers(rng))) for _ in range(RUNS)]
    assert 0.92 <= covered(gaps, 0.0) <= 0.98


def test_too_little_data_is_unknown_not_zero() -> None:
    nobody = ratio(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    assert np.isnan([nobody.value, nobody.error, nobody.low, nobody.high]).all()
    one = mean(np.array([1.0, 0.0]), np.array([0, 0]))
    assert one.value == 0.5
    assert np.isnan(one.error)
