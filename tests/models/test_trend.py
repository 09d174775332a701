from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.trend import Trend
from training import fading
from training.interactions import Interactions

N = 4
MEETINGS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, N - 1), st.integers(0, 40)), min_size=1, max_size=25
)


def interactions(meetings: list[tuple[int, int, int]]) -> Interactions:
    learner, credential, at = (np.array(column) for column in zip(*meetings, strict=True))
    return Interactions.build(
        learner.astype(np.int32),
        credential.astype(np.int32),
        at.astype(np.float64),
        n_learners=6,
        n_credentials=N,
    )


def trend(known: Interactions) -> Trend:
    return Trend.among(fading.fit(known))


def counted(known: Interactions, moment: float, fitted: Trend) -> np.ndarray:
    """Every first meeting before the moment, one by one."""
    met = known.where(known.first_meetings())
    values = np.zeros((N, len(fitted.horizons)))
    for credential, at in zip(met.credential, met.at, strict=True):
        if at < moment:
            values[credential] += np.exp(-(moment - at) / fitted.horizons)
    return values @ fitted.mixing


def standing(known: Interactions, moment: float) -> float:
    """Time ends one second after the last first meeting."""
    return min(moment, float(known.at[known.first_meetings()].max(initial=-np.inf)) + 1)


@given(MEETINGS, st.integers(-1, 45))
def test_values_are_the_faded_count_of_what_was_before(
    meetings: list[tuple[int, int, int]], moment: float
) -> None:
    known = interactions(meetings)
    fitted = trend(known)
    found = fitted.values(moment)
    expected = counted(known, standing(known, moment), fitted)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_what_is_later_has_no_influence() -> None:
    early = [(0, 0, 1), (1, 0, 3), (2, 1, 5)]
    late = [(3, 0, 9), (4, 1, 10), (5, 2, 11)]
    with_late = trend(interactions(early + late))
    expected = counted(interactions(early), 9.0, with_late)
    np.testing.assert_allclose(with_late.values(9.0), expected, rtol=1e-5)
