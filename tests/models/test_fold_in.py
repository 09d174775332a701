from __future__ import annotations

import numpy as np

from models.collaborative import Factors, Folding, fold_in, recency

RNG = np.random.default_rng(0)
ITEMS = RNG.normal(size=(40, 6)).astype(np.float32)
BIASES = RNG.normal(size=40).astype(np.float32)


SOLVER = RNG.normal(size=(6, 6)).astype(np.float32)


def factors(folding: Folding) -> Factors:
    return Factors(np.column_stack([ITEMS, BIASES]), SOLVER, folding)


def test_the_weighted_sum_is_turned_by_the_solver() -> None:
    rows, weights = np.array([3, 8], np.int32), np.array([0.5, 1.0], np.float32)
    vector = fold_in(rows, weights, factors(Folding(bias=0.2)))
    expected = (0.5 * ITEMS[3] + ITEMS[8]) @ SOLVER
    np.testing.assert_allclose(vector, [*expected, 0.2], rtol=1e-5)


def test_a_long_history_is_brought_down_by_the_power_of_its_weight() -> None:
    rows, weights = np.arange(4, dtype=np.int32), np.ones(4, np.float32)
    whole = fold_in(rows, weights, factors(Folding()))
    for power, divisor in ((0.5, 2.0), (1.0, 4.0)):
        brought = fold_in(rows, weights, factors(Folding(power=power)))
        np.testing.assert_allclose(brought[:-1], whole[:-1] / divisor, rtol=1e-5)
    light = fold_in(rows[:1], weights[:1] * 0.2, factors(Folding(power=1.0)))
    np.testing.assert_allclose(light[:-1], 0.2 * ITEMS[0] @ SOLVER, rtol=1e-5)


def test_without_history_only_the_biases_speak() -> None:
    ready = factors(Folding(bias=0.3))
    vector = fold_in(np.zeros(0, np.int32), np.zeros(0, np.float32), ready)
    np.testing.assert_allclose(ready.vectors @ vector, 0.3 * BIASES, rtol=1e-6)


def test_recency_weighs_the_latest_step_one() -> None:
    assert recency(3, 0.5).tolist() == [0.25, 0.5, 1.0]
    assert recency(0, 0.5).shape == (0,)
