from __future__ import annotations

import numpy as np

from models.collaborative import Factors, Folding, fold_in, recency

RNG = np.random.default_rng(0)
ITEMS = RNG.normal(size=(40, 6)).astype(np.float32)
BIASES = RNG.normal(size=40).astype(np.float32)


def test_fold_in_is_ridge_regression_over_the_whole_catalogue() -> None:
    factors = Factors.prepare(ITEMS, BIASES, Folding(reg=2.0, bias=0.0))
    rows = np.array([3, 8], np.int32)
    weights = np.array([0.5, 1.0], np.float32)
    target = np.zeros(40)
    target[rows] = weights
    penalty = 2.0 * np.trace(ITEMS.T @ ITEMS) / 6
    solved = np.linalg.solve(ITEMS.T @ ITEMS + penalty * np.eye(6), ITEMS.T @ target)
    vector = fold_in(rows, weights, factors)
    np.testing.assert_allclose(vector[:-1], solved * penalty, rtol=1e-3)


def test_what_was_done_scores_above_the_rest() -> None:
    factors = Factors.prepare(ITEMS, BIASES, Folding(bias=0.0))
    rows = np.array([11], np.int32)
    scores = factors.vectors @ fold_in(rows, recency(1, 0.5), factors)
    assert scores.argmax() == 11


def test_without_history_only_the_biases_speak() -> None:
    factors = Factors.prepare(ITEMS, BIASES, Folding(bias=0.3))
    vector = fold_in(np.zeros(0, np.int32), np.zeros(0, np.float32), factors)
    np.testing.assert_allclose(factors.vectors @ vector, 0.3 * BIASES, rtol=1e-6)


def test_recency_weighs_the_latest_step_one() -> None:
    assert recency(3, 0.5).tolist() == [0.25, 0.5, 1.0]
    assert recency(0, 0.5).shape == (0,)


def test_factors_of_zero_are_no_error() -> None:
    factors = Factors.prepare(np.zeros((3, 2), np.float32), np.zeros(3, np.float32), Folding())
    assert np.isfinite(fold_in(np.array([1], np.int32), recency(1, 0.5), factors)).all()
