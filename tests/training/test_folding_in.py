from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from histories import checkerboard, histories

from models.collaborative import Folding, fold_in, recency
from training import collaborative, folding, splits
from training.folding import WAYS, Way

BOARD = checkerboard()
EVERYONE = np.arange(BOARD.n_learners, dtype=np.int32)
MODEL = collaborative.fit(BOARD, epochs=20, components=8, seed=1)
BOTH = pytest.mark.parametrize("learned", [False, True])


@BOTH
def test_the_checkerboard_is_known_by_fold_in(learned: bool) -> None:
    scores = folding.folded(MODEL, BOARD, Way(Folding(), learned))(EVERYONE[:-2])
    same = EVERYONE[:-2, None] % 2 == np.arange(BOARD.n_credentials) % 2
    own = np.where(same, scores, 0).sum(axis=1) / same.sum(axis=1)
    other = np.where(same, 0, scores).sum(axis=1) / (~same).sum(axis=1)
    assert (own > other).all()


@BOTH
def test_serving_folds_in_exactly_what_training_measured(learned: bool) -> None:
    way = Way(Folding(decay=0.7, reg=2.0, bias=0.4, power=0.5), learned)
    factors = folding.factors(MODEL, BOARD, way)
    batch = folding.folded(MODEL, BOARD, way)(EVERYONE)
    for learner in (0, 7, BOARD.n_learners - 1):
        rows = BOARD.credential[BOARD.of(learner)]
        vector = fold_in(rows, recency(len(rows), way.folding.decay), factors)
        np.testing.assert_allclose(factors.vectors @ vector, batch[learner], rtol=1e-4, atol=1e-5)


def test_the_catalogue_solver_is_ridge_regression_over_the_whole_catalogue() -> None:
    items = MODEL.item_factors
    rows, weights = np.array([3, 8], np.int32), np.array([0.5, 1.0], np.float32)
    target = np.zeros(len(items))
    target[rows] = weights
    penalty = 2.0 * np.trace(items.T @ items) / 8
    solved = np.linalg.solve(items.T @ items + penalty * np.eye(8), items.T @ target)
    factors = folding.factors(MODEL, BOARD, Way(Folding(reg=2.0, bias=0.0), learned=False))
    vector = fold_in(rows, weights, factors)
    np.testing.assert_allclose(vector[:-1], solved * penalty, rtol=1e-3)


def test_the_learned_solver_is_ridge_regression_of_the_learners_own_vectors() -> None:
    how = Folding(decay=0.8, reg=0.1, bias=0.0, power=0.5)
    factors = folding.factors(MODEL, BOARD, Way(how, learned=True))
    as_summed = replace(factors, solver=np.eye(8, dtype=np.float32))
    met = [BOARD.credential[BOARD.of(learner)] for learner in EVERYONE[:-2].tolist()]
    summed = np.array([fold_in(rows, recency(len(rows), 0.8), as_summed)[:-1] for rows in met])
    own = MODEL.learner_factors[:-2]
    penalty = 0.1 * np.trace(summed.T @ summed) / 8
    # At the least of |own - summed · solver|² + penalty · |solver|² its gradient vanishes.
    slope = summed.T @ (summed @ factors.solver - own) + penalty * factors.solver
    np.testing.assert_allclose(slope, 0, atol=1e-3 * np.abs(summed.T @ own).max())


def test_the_best_way_comes_from_the_inner_split() -> None:
    inner = splits.inner(splits.last(BOARD))
    model = collaborative.fit(inner.train, epochs=3, components=4, seed=0)
    chosen = folding.best(model, inner, 0)
    assert chosen in WAYS
    assert folding.best(model, inner, 0) == chosen


def test_nobody_to_ask_gives_the_usual_way() -> None:
    nobody = splits.last(histories("ab", "bc"))
    model = collaborative.fit(nobody.train, epochs=1, components=2, seed=0)
    assert folding.best(model, nobody, 0) == WAYS[0]


@BOTH
def test_factors_of_zero_are_no_error(learned: bool) -> None:
    nothing = collaborative.Fit(
        np.zeros_like(MODEL.item_factors),
        np.zeros_like(MODEL.item_biases),
        np.zeros_like(MODEL.learner_factors),
    )
    scores = folding.folded(nothing, BOARD, Way(Folding(), learned))(EVERYONE)
    assert np.isfinite(scores).all()
