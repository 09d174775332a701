"""Popularity fades over fixed parts of the time that the data span."""

from __future__ import annotations

import numpy as np
import pytest

from training import fading
from training.interactions import Interactions

HOURS = 1000


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
