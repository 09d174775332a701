"""Popularity fades over fixed parts of the time that the data span."""

from __future__ import annotations

import numpy as np
import pytest

from training import fading
from training.baselines.popular import RecentPopularity
from training.interactions import Interactions

HOURS = 1000
YEAR = 366 * 86_400.0


def stream(n_credentials: int, taken: list[int]) -> Interactions:
    """One learner an hour, each with one credential."""
    count = len(taken)
    return Interactions.build(
        np.arange(count, dtype=np.int32),
        np.array(taken, np.int32),
        np.arange(count, dtype=np.float64) * 3600,
        n_learners=count,
        n_credentials=n_credentials,
    )


def lasting(known: Interactions) -> np.ndarray:
    """The slow value of each credential just after the last meeting, from the arrays alone."""
    arrays = fading.fit(known)
    end = known.at.max() + 1
    last = arrays["trend.indptr"][1:] - 1
    kept = np.exp(-(end - arrays["trend.at"][last])[:, None] / arrays["trend.horizons"])
    return np.asarray((arrays["trend.faded"][last] * kept @ arrays["trend.mixing"])[:, -1])


def test_what_was_always_taken_outlasts_what_was_taken_for_a_moment() -> None:
    always, lately, once = 0, 1, 2
    taken = [always if hour % 2 else 3 for hour in range(HOURS)]
    taken[100:200] = [once] * 100
    taken[-40:] = [lately] * 40
    value = lasting(stream(4, taken))
    assert value[always] > value[lately] > value[once] > 0


def test_slow_horizons_have_equal_shares_of_an_even_stream() -> None:
    known = stream(1, [0] * HOURS)
    arrays = fading.fit(known)
    slow = len(fading.FAST)
    told = arrays["trend.faded"][-1, slow:] * arrays["trend.mixing"][slow:, -1]
    assert told / told.sum() == pytest.approx(np.full(len(fading.SLOW), 0.25), abs=0.01)


def test_nothing_to_go_by_is_no_error() -> None:
    arrays = fading.fit(stream(3, [0, 1]).where(np.zeros(2, np.bool_)))
    assert arrays["trend.at"].size == 0
    assert np.isfinite(arrays["trend.horizons"]).all()


def test_a_clock_that_was_wrong_does_not_stretch_time() -> None:
    rng = np.random.default_rng(0)
    known = stream(20, rng.integers(0, 20, HOURS).tolist())
    odd = known.where(np.ones(HOURS, np.bool_))
    odd.at[[3, 700]] = -50 * YEAR, 75 * YEAR
    assert odd.period() == (0.0, (HOURS - 1) * 3600.0)
    assert odd.period() == known.period()
    plain, found = fading.fit(known), fading.fit(odd)
    np.testing.assert_array_equal(found["trend.horizons"], plain["trend.horizons"])
    assert (found["trend.at"].min(), found["trend.at"].max()) == known.period()
    usual = RecentPopularity.grid[0]
    recent = [RecentPopularity().fit(each, usual, 0).prior for each in (known, odd)]
    # Two meetings of a thousand count for as old as can be, the others for what they are.
    np.testing.assert_allclose(recent[0], recent[1], atol=0.01)


def test_what_begins_slowly_or_comes_at_once_is_within_the_period() -> None:
    slowly = stream(1, [0] * HOURS)
    slowly.at[:] = 3600.0 * 10 ** np.linspace(0, 4, HOURS)
    assert slowly.period() == (slowly.at[0], slowly.at[-1])
    at_once = stream(1, [0] * HOURS)
    at_once.at[:-1] = 0.0
    assert at_once.period() == (0.0, (HOURS - 1) * 3600.0)
    assert slowly.where(np.zeros(HOURS, np.bool_)).period() == (0.0, 0.0)
