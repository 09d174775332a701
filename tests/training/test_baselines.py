from __future__ import annotations

import numpy as np
import pytest
from histories import checkerboard, histories
from scipy.sparse import csr_array

from training import splits
from training.baselines import ABSENT, BASELINES, Baseline, Params, tune, with_features
from training.baselines.ease import Ease
from training.baselines.markov import Markov
from training.baselines.neighbours import nearest
from training.baselines.popular import RecentPopularity
from training.interactions import Interactions
from training.matrix import met_matrix

BOARD = checkerboard()
COLOURS = csr_array(np.eye(2, dtype=np.float32)[np.arange(BOARD.n_credentials) % 2])
EVERYONE = np.arange(BOARD.n_learners, dtype=np.int32)
FIGURES = with_features(COLOURS)
PERSONAL = [name for name in FIGURES if "popularity" not in name]


@pytest.fixture(scope="module", params=FIGURES)
def baseline(request: pytest.FixtureRequest) -> Baseline:
    return FIGURES[request.param]


def test_names_are_keys_and_nothing_is_both_there_and_absent() -> None:
    assert all(name == baseline.name for name, baseline in FIGURES.items())
    assert not set(BASELINES) & set(ABSENT)
    assert set(BASELINES) | set(ABSENT) == {
        "popularity",
        "recent_popularity",
        "item_knn",
        "ease",
        "als",
        "bpr",
        "lightfm",
        "markov",
        "sasrec",
    }


def test_scores_are_finite_repeatable_and_shaped(baseline: Baseline) -> None:
    first = baseline.fit(BOARD, baseline.grid[0], 3).scores(EVERYONE)
    again = baseline.fit(BOARD, baseline.grid[0], 3)
    assert first.shape == (BOARD.n_learners, BOARD.n_credentials)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, again.scores(EVERYONE))
    np.testing.assert_allclose(first[5:9], again.scores(EVERYONE[5:9]), rtol=1e-5, atol=1e-6)


def test_learners_without_history_get_popularity(baseline: Baseline) -> None:
    scores = baseline.fit(BOARD, baseline.grid[0], 3).scores(EVERYONE)[-2:]
    popular = BASELINES["popularity"].fit(BOARD, {}, 0).scores(EVERYONE)[-2:]
    if baseline.name == "recent_popularity":
        popular = baseline.fit(BOARD, baseline.grid[0], 0).scores(EVERYONE)[:2]
    np.testing.assert_allclose(scores, popular)


@pytest.mark.parametrize("name", PERSONAL)
def test_own_colour_comes_before_the_other(name: str) -> None:
    baseline = FIGURES[name]
    scores = baseline.fit(BOARD, baseline.grid[0], 3).scores(EVERYONE)[:-2]
    scores[met_matrix(BOARD)[EVERYONE[:-2]].nonzero()] = np.nan
    same = EVERYONE[:-2, None] % 2 == np.arange(BOARD.n_credentials) % 2
    own = np.nanmean(np.where(same, scores, np.nan), axis=1)
    other = np.nanmean(np.where(same, np.nan, scores), axis=1)
    assert (own > other).mean() >= 0.9


def test_every_setting_of_the_grid_fits(baseline: Baseline) -> None:
    if baseline.name == "sasrec":
        pytest.skip("its settings differ in size only, and each takes long")
    for params in baseline.grid:
        assert np.isfinite(baseline.fit(BOARD, params, 0).scores(EVERYONE[:2])).all()


class Ahead:
    """Proposes the letter ``steps`` places after the learner's latest."""

    name = "ahead"
    grid: tuple[Params, ...] = ({"steps": 3}, {"steps": 1}, {"steps": 2})

    def fit(self, train: Interactions, params: Params, seed: int) -> Ahead:
        latest = train.credential[train.indptr[1:] - 1]
        self.told = np.eye(26, dtype=np.float32)[latest + int(params["steps"])]
        return self

    def scores(self, learners: np.ndarray) -> np.ndarray:
        return self.told[learners]


def test_tune_takes_the_best_of_the_grid_and_the_first_without_questions() -> None:
    inner = splits.inner(splits.last(histories("abcd", "cdef", "fghi")))
    assert tune(Ahead(), inner, 0) == {"steps": 1}
    assert tune(Ahead(), splits.last(histories("ab")), 0) == {"steps": 3}


def test_markov_follows_the_order_of_steps() -> None:
    train = histories("abc", "abc", "abc", "ab", "cba", "ba")
    scores = (
        Markov()
        .fit(train, {"decay": 0.3, "backward": 0.0, "repeats": 0}, 0)
        .scores(np.array([3], np.int32))
    )
    assert scores[0].argmax() == 2


def test_recent_popularity_forgets() -> None:
    train = histories("a", "a", "a", " " * 50 + "b", " " * 50 + "b")
    scores = RecentPopularity().fit(train, {"half_life": 0.1}, 0).scores(np.array([0], np.int32))
    assert scores[0].argmax() == 1


def test_ease_matches_the_regression_it_stands_for() -> None:
    fitted = Ease().fit(BOARD, {"ridge": 10}, 0)
    met = met_matrix(BOARD).toarray().astype(np.float64)
    others = np.delete(met, 4, axis=1)
    target = met[:, 4]
    beta = np.linalg.solve(others.T @ others + 10 * np.eye(others.shape[1]), others.T @ target)
    np.testing.assert_allclose(fitted.scores(EVERYONE)[:-2, 4], (others @ beta)[:-2], atol=1e-4)


def test_ease_leaves_rare_credentials_of_a_huge_catalogue_to_popularity(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.baselines.ease.LARGEST", 3)
    train = histories("abcd", "abc", "abd", "abe", n_credentials=6)
    scores = Ease().fit(train, {"ridge": 1}, 0).scores(np.array([3], np.int32))[0]
    assert scores[2] > scores[3] > scores[5]
    assert scores[3] < 1e-3


def test_nearest_keeps_the_strongest_of_each_column() -> None:
    weights = csr_array(np.array([[0, 3, 1], [2, 0, 5], [7, 1, 0], [4, 2, 2]], np.float32))
    kept = nearest(weights, 2).toarray()
    assert kept.tolist() == [[0, 3, 0], [0, 0, 5], [7, 0, 0], [4, 2, 2]]


def test_a_sparse_world_of_many_stays_sparse() -> None:
    """Twenty thousand learners, five thousand credentials: dense, they would take 400 MB."""
    rng = np.random.default_rng(0)
    n, learners = 5_000, 20_000
    drawn = np.minimum(rng.zipf(1.3, 200_000), n) - 1
    world = Interactions.build(
        rng.integers(0, learners, 200_000).astype(np.int32),
        drawn.astype(np.int32),
        rng.random(200_000),
        n_learners=learners,
        n_credentials=n,
    )
    for name in ("popularity", "recent_popularity", "item_knn", "markov"):
        scores = BASELINES[name].fit(world, BASELINES[name].grid[0], 0).scores(EVERYONE)
        assert np.isfinite(scores).all()
