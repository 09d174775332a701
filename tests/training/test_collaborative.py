from __future__ import annotations

import numpy as np
import pytest
from histories import checkerboard, histories
from scipy.sparse import csr_array

from models.errors import TrainingFailed
from training import collaborative, splits
from training.metrics import judged

BOARD = checkerboard()
EVERYONE = np.arange(BOARD.n_learners, dtype=np.int32)


def own_colour_wins(scores: np.ndarray) -> float:
    learners = EVERYONE[:-2]
    same = learners[:, None] % 2 == np.arange(BOARD.n_credentials) % 2
    scores = scores[:-2]
    own = np.where(same, scores, 0).sum(axis=1) / same.sum(axis=1)
    other = np.where(same, 0, scores).sum(axis=1) / (~same).sum(axis=1)
    return float((own > other).mean())


def test_same_seed_same_factors() -> None:
    one = collaborative.fit(BOARD, epochs=5, components=8, seed=1)
    two = collaborative.fit(BOARD, epochs=5, components=8, seed=1)
    other = collaborative.fit(BOARD, epochs=5, components=8, seed=2)
    np.testing.assert_array_equal(one.item_factors, two.item_factors)
    np.testing.assert_array_equal(one.item_biases, two.item_biases)
    assert (one.item_factors != other.item_factors).any()


def test_the_checkerboard_is_learned_by_own_vectors() -> None:
    model = collaborative.fit(BOARD, epochs=20, components=8, seed=1)
    assert own_colour_wins(model.scores(EVERYONE)) == 1


def test_features_reach_a_credential_nobody_met() -> None:
    train = histories(
        *["abcd", "bcad", "cdab"] * 4, *["efgh", "fghe", "hgef"] * 4, n_credentials=10
    )
    features = np.zeros((10, 2), np.float32)
    features[[0, 1, 2, 3, 8], 0] = 3
    features[[4, 5, 6, 7, 9], 1] = 1
    model = collaborative.fit(train, csr_array(features), epochs=30, components=8, seed=0)
    scores = model.scores(np.array([0, 12], np.int32))
    assert scores[0, 8] > scores[0, 9]
    assert scores[1, 9] > scores[1, 8]


def test_features_may_come_with_wide_indices() -> None:
    wide = csr_array(np.ones((BOARD.n_credentials, 1), np.float32))
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    model = collaborative.fit(BOARD, wide, epochs=1, components=4, seed=0)
    assert np.isfinite(model.item_factors).all()


def test_features_may_be_missing_for_a_credential() -> None:
    features = csr_array((BOARD.n_credentials, 3), dtype=np.float32)
    model = collaborative.fit(BOARD, features, epochs=2, components=4, seed=0)
    assert np.isfinite(model.item_factors).all()


def test_divergence_is_named() -> None:
    with pytest.raises(TrainingFailed, match="epoch 1 at learning rate 1e\\+38"):
        collaborative.fit(BOARD, epochs=3, components=4, learning_rate=1e38, seed=0)


def test_nothing_to_learn_from_is_named() -> None:
    with pytest.raises(TrainingFailed, match="nothing to learn"):
        collaborative.fit(histories("", ""), epochs=1, seed=0)


def test_progress_is_told_every_epoch() -> None:
    told: list[int] = []
    collaborative.fit(BOARD, epochs=3, components=4, seed=0, progress=told.append)
    assert told == [1, 2, 3]


def test_the_best_pace_comes_from_the_inner_split() -> None:
    inner = splits.inner(splits.last(BOARD))
    pace, checks = collaborative.best_pace(inner, components=4, seed=0)
    assert pace.epochs % collaborative.CHECK_EVERY == 0
    assert 0 < pace.epochs <= collaborative.MOST_EPOCHS
    assert pace.learning_rate in collaborative.LEARNING_RATES
    assert (pace, checks) == collaborative.best_pace(inner, components=4, seed=0)
    best = max(checks, key=lambda check: check.quality)
    assert (best.epoch, best.learning_rate) == (pace.epochs, pace.learning_rate)
    asked = splits.sampled(inner, 0)

    def quality(epochs: int, rate: float) -> float:
        fitted = collaborative.fit(
            inner.train, epochs=epochs, learning_rate=rate, components=4, seed=0
        )
        return judged(fitted.scores, asked)

    chosen = quality(pace.epochs, pace.learning_rate)
    assert all(quality(9, rate) <= chosen for rate in collaborative.LEARNING_RATES)


def test_nobody_to_ask_gives_the_usual_pace() -> None:
    nobody = splits.last(histories("ab", "bc"))
    pace, _ = collaborative.best_pace(nobody, components=2, seed=0)
    assert pace == collaborative.Pace(collaborative.CHECK_EVERY, collaborative.LEARNING_RATES[0])
