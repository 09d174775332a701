from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.offer import Offer

MOMENTS = st.integers(0, 6).map(float)
LIMITS = st.lists(st.tuples(MOMENTS | st.none(), MOMENTS | st.none()), max_size=5)


@given(LIMITS, st.lists(st.integers(-2, 14).map(lambda half: half / 2), min_size=1, max_size=20))
def test_whatever_was_asked_before_the_answer_is_that_of_the_moment(
    limits: list[tuple[float | None, float | None]], moments: list[float]
) -> None:
    offer = Offer(numbers([since for since, _ in limits]), numbers([until for _, until in limits]))
    for moment in moments:
        open_ = [
            (since is None or since <= moment) and (until is None or until >= moment)
            for since, until in limits
        ]
        assert offer.at(moment).tolist() == open_


def test_between_two_changes_the_answer_is_kept_as_it_is() -> None:
    offer = Offer(numbers([None, 2.0]), numbers([5.0, None]))
    assert offer.at(3.0) is offer.at(4.0)
    assert offer.at(1.0) is not offer.at(3.0)
    assert not offer.at(3.0).flags.writeable


def numbers(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)
