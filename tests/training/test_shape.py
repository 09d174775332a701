from __future__ import annotations

import numpy as np
import pytest
from histories import checkerboard

from training import shape, splits

SPLIT = splits.last(checkerboard())


def test_all_are_asked_where_they_can_be() -> None:
    assert shape.affordable(SPLIT, 1) is SPLIT


@pytest.mark.parametrize(("learners", "asked"), [(7, 7), (2, 5)])
def test_of_a_large_catalogue_fewer_are_asked_and_all_is_known(
    monkeypatch: pytest.MonkeyPatch, learners: int, asked: int
) -> None:
    monkeypatch.setattr(shape, "SCORES", learners * SPLIT.train.n_credentials)
    monkeypatch.setattr(shape, "FEWEST", 5)
    found = shape.affordable(SPLIT, 1)
    assert len(found) == asked < len(SPLIT)
    assert found.train is SPLIT.train
    assert np.isin(found.learners, SPLIT.learners).all()
    np.testing.assert_array_equal(found.learners, shape.affordable(SPLIT, 1).learners)
