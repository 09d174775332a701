"""The benchmark of skill matching counts right."""

from __future__ import annotations

import numpy as np
import pytest

from load.labelled import Labelled
from load.matching import Ways, _measured
from models.errors import CairnError
from training.matching import Names

GIVEN = Labelled(["one", "two"], [{0}, {1, 2, 3}], unknown=4, left_out=5)
KNOWN = Names.of([], [], [])


def ways(cairn: list[int], plain: list[int]) -> Ways:
    return Ways(lambda _: np.array(cairn), lambda _: np.array(plain), KNOWN, 9, 1.234)


def test_ranks_and_shares_are_those_of_the_first_right_ones() -> None:
    found = _measured(ways([0, 1, 2, 8, 7, 3], [5, 6, 7, 8, 4, 0]), GIVEN, quick=True)
    cairn, plain = found["models"]["cairn"], found["models"]["plain"]
    assert cairn["mrr"] == pytest.approx((1 + 1 / 2) / 2)
    assert cairn["rp@5"] == pytest.approx((1 + 2 / 3) / 2)
    assert plain["mrr"] == pytest.approx((1 / 6 + 0) / 2)
    assert plain["rp@5"] == 0
    assert found["paired"]["mrr"][0] > 0
    assert (found["sentences"], found["unknown_labels"], found["left_out"]) == (2, 4, 5)
    assert found["learned_in_s"] == 1.2
    assert set(found["ms_p50"]) == set(found["cpu_ms_p50"]) == {"cairn", "plain"}


def test_a_set_of_which_nothing_is_known_is_refused() -> None:
    with pytest.raises(CairnError, match="no sentence"):
        _measured(ways([0], [0]), Labelled([], [], 1, 1), quick=True)
