"""An order of the catalogue that repeats the histories is not used."""

from __future__ import annotations

import numpy as np
import pytest

from training.interactions import Interactions
from training.order import places

N, LEARNERS, LENGTH = 60, 80, 5


def histories(rows: np.ndarray, *, dated: bool = True) -> tuple[Interactions, np.ndarray]:
    """Learners one after another, ``rows[k]`` the row given to the credential they knew as k."""
    rng = np.random.default_rng(4)
    taken = np.concatenate([rng.permutation(N)[:LENGTH] for _ in range(LEARNERS)])
    credential = rows[taken].astype(np.int32)
    learner = np.repeat(np.arange(LEARNERS), LENGTH).astype(np.int32)
    at = np.arange(len(taken), dtype=np.float64) if dated else np.tile(np.arange(LENGTH), LEARNERS)
    known = Interactions.build(
        learner, credential, at.astype(np.float64), n_learners=LEARNERS, n_credentials=N,
        dated=dated,
    )  # fmt: skip
    return known, credential


def appearance(shuffled: np.ndarray | None = None) -> np.ndarray:
    """Rows in the order in which a table of the histories, in some order, names credentials."""
    known, _ = histories(np.arange(N))
    scan = known.credential if shuffled is None else known.credential[shuffled]
    _, first = np.unique(scan, return_index=True)
    rows = np.empty(N, np.int64)
    rows[scan[np.sort(first)]] = np.arange(N)
    return rows


@pytest.mark.parametrize("dated", [True, False])
def test_an_order_of_its_own_is_used(dated: bool) -> None:
    known, written = histories(np.random.default_rng(1).permutation(N), dated=dated)
    assert places(known, written).tolist() == list(range(N))


@pytest.mark.parametrize("dated", [True, False])
def test_the_order_of_first_appearance_is_not(dated: bool) -> None:
    known, written = histories(appearance(), dated=dated)
    assert places(known, written).size == 0


def test_nor_that_of_a_file_in_an_order_of_its_own() -> None:
    by_file = np.random.default_rng(2).permutation(LEARNERS * LENGTH)
    known, written = histories(appearance(by_file))
    assert places(known, written).size == N
    assert places(known, written[by_file]).size == 0


def test_a_file_sorted_by_credential_says_nothing_of_where_the_order_comes_from() -> None:
    known, written = histories(np.random.default_rng(1).permutation(N))
    assert places(known, np.sort(written)).size == N
