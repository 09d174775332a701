"""The prior: popularity that fades as was best on inner splits."""

from __future__ import annotations

import numpy as np
import pytest

from training import prior
from training.interactions import Interactions
from training.splits import last

ALWAYS, LATELY, ONCE = 0, 1, 2


def platform(*, dated: bool = True) -> Interactions:
    """Nine learners who met two credentials each; of late all begin with ``LATELY``."""
    taken = [(ONCE, ALWAYS)] * 6 + [(LATELY, ALWAYS)] * 3
    at = [(10.0 * learner, 10.0 * learner + 5) for learner in range(len(taken))]
    return Interactions.build(
        np.repeat(np.arange(len(taken), dtype=np.int32), 2),
        np.array(taken, np.int32).ravel(),
        np.array(at).ravel() if dated else np.tile([0.0, 1.0], len(taken)),
        n_learners=len(taken),
        n_credentials=4,
        dated=dated,
    )


LASTING = np.array([9, 3, 6, 0], np.float32)


def fitted(*recency: float) -> np.ndarray:
    return prior.fit(platform(), LASTING, recency)


def test_without_a_choice_or_with_the_slowest_it_is_the_shares_of_what_lasts() -> None:
    assert fitted().tolist() == pytest.approx([0.5, 1 / 6, 1 / 3, 0])
    assert fitted(prior.SLOWEST).tolist() == fitted().tolist()


def test_a_short_half_life_sees_only_what_was_taken_last() -> None:
    lately, quick = fitted(0.1), fitted(0.01)
    assert lately.sum() == pytest.approx(1)
    assert lately[LATELY] > 2 * fitted()[LATELY]
    assert lately[ONCE] < fitted()[ONCE] / 2
    assert quick[ALWAYS] > 0.95  # the very last
    assert quick[3] == 0


def test_two_choices_count_alike() -> None:
    assert fitted(0.01, 0.3) == pytest.approx((fitted(0.01) + fitted(0.3)) / 2)


def test_nothing_taken_is_zero_everywhere() -> None:
    none = platform().where(np.zeros(18, np.bool_))
    assert prior.fit(none, np.zeros(4, np.float32), (0.1, 0.3)).tolist() == [0, 0, 0, 0]


def overturned() -> Interactions:
    """A thousand learners, one an hour, each with one credential; at last it is another."""
    n = 1000
    return Interactions.build(
        np.arange(n, dtype=np.int32),
        (np.arange(n) >= 760).astype(np.int32),
        np.arange(n) * 3600.0,
        n_learners=n,
        n_credentials=2,
    )


def test_what_was_best_on_an_inner_split_is_chosen_and_one_that_asks_nobody_chooses_nothing() -> (
    None
):
    known = overturned()
    # At the inner cut the new favourite is 40 hours old: at a tenth of the time the old one leads.
    assert prior.half_lives(known, last(known), 1) == (0.01,)


def test_an_order_without_times_chooses_by_next_steps_alone() -> None:
    known = platform(dated=False)
    three = Interactions.build(
        np.repeat(np.arange(9, dtype=np.int32), 3),
        np.tile(np.arange(3, dtype=np.int32), 9),
        np.tile(np.arange(3.0), 9),
        n_learners=9,
        n_credentials=4,
        dated=False,
    )
    assert len(prior.half_lives(three, last(three), 1)) == 1
    assert prior.half_lives(known, last(known), 1) == ()
