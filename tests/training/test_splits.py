from __future__ import annotations

import numpy as np
import pytest
from histories import histories, letters
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import UsageError
from training import splits
from training.interactions import DISMISS, Interactions
from training.splits import Split


def answers(split: Split) -> dict[int, str]:
    rows = zip(split.learners.tolist(), split.relevant, strict=True)
    return {
        learner: "".join(chr(ord("a") + c) for c in sorted(row.indices)) for learner, row in rows
    }


def test_last_asks_for_the_last_new_credential() -> None:
    split = splits.last(histories("abc", "ab", "", "dcba"))
    assert answers(split) == {0: "c", 3: "a"}
    assert [letters(split.train, row) for row in range(4)] == ["ab", "ab", "", "dcb"]
    assert split.at.tolist() == [2.0, 3.0]


def test_last_drops_later_visits_that_would_give_the_answer_away() -> None:
    split = splits.last(histories("abacacb"))
    assert answers(split) == {0: "c"}
    assert letters(split.train, 0) == "aba"


def test_last_does_not_count_dismissals_as_meetings() -> None:
    kind = np.array([4, 4, 4, DISMISS], np.uint8)
    told = Interactions.build(
        np.zeros(4, np.int32),
        np.array([0, 1, 2, 3], np.int32),
        np.arange(4.0),
        n_learners=1,
        n_credentials=4,
        kind=kind,
    )
    split = splits.last(told)
    assert answers(split) == {0: "c"}
    assert letters(split.train, 0) == "ab"


def test_temporal_cuts_everyone_at_one_moment() -> None:
    # Ten interactions; the 80 % quantile of their times lies between 3 and 9.
    split = splits.temporal(histories("abcd", "abc", "         b", "a        b"))
    assert answers(split) == {2: "b", 3: "b"}
    assert split.train.at.max() == 3.0
    assert letters(split.train, 2) == ""
    assert letters(split.train, 3) == "a"
    assert split.at.tolist() == [9.0, 9.0]
    # A quarter of the ten times are 0 and half are at most 1.
    early = splits.temporal(histories("abcd", "abc", "         b", "a        b"), 0.5)
    assert early.train.at.max() == 1.0
    assert answers(early) == {0: "cd", 1: "c", 2: "b", 3: "b"}


def test_temporal_ignores_returns_after_the_cut() -> None:
    split = splits.temporal(histories("abcdefgh", "ab       a"))
    assert 1 not in answers(split)


def test_temporal_refuses_order_without_time() -> None:
    with pytest.raises(UsageError, match="'last'"):
        splits.temporal(histories("abc", dated=False))


def test_given_asks_only_for_what_is_new() -> None:
    split = splits.given(histories("abc", "a", "b"), histories("cde", "", "bb"))
    assert answers(split) == {0: "de"}
    assert split.at.tolist() == [1.0]


def test_given_refuses_other_rows() -> None:
    with pytest.raises(ValueError, match="rows"):
        splits.given(histories("abc"), histories("abc", "d"))


def test_inner_splits_the_training_part_the_same_way() -> None:
    inner = splits.inner(splits.last(histories("abcd")))
    assert inner.kind == "last"
    assert answers(inner) == {0: "c"}
    assert letters(inner.train, 0) == "ab"
    cut = splits.temporal(histories("abcdefghij"))
    assert splits.inner(cut).kind == "temporal"
    assert splits.inner(splits.given(histories("abcd"), histories("e"))).kind == "last"


def test_nobody_to_ask_is_an_empty_split() -> None:
    split = splits.last(histories("ab", "c"))
    assert len(split) == 0
    assert split.relevant.shape == (0, 26)


def test_sampled_asks_fewer_and_knows_as_much() -> None:
    split = splits.last(histories("abc", "bcd", "cde", "def"))
    fewer = splits.sampled(split, seed=1, most=2)
    assert len(fewer) == 2
    assert fewer.train is split.train
    assert answers(fewer).items() <= answers(split).items()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abcde ", max_size=12), min_size=1, max_size=6).filter("".join))
def test_no_answer_is_known_in_training(words: list[str]) -> None:
    told = histories(*words)
    if not len(told):
        return
    for split in (splits.last(told), splits.temporal(told)):
        for learner, answer in answers(split).items():
            assert answer
            assert not set(answer) & set(letters(split.train, learner))
            known = split.train.at[split.train.of(learner)]
            asked = split.at[np.flatnonzero(split.learners == learner)[0]]
            assert (known < asked).all()


def test_only_some_answers_are_asked_for_of_those_who_have_them() -> None:
    split = splits.given(histories("ab", "c", "d"), histories("cz", "a", "bz"))
    asked = split.asking_for(np.arange(26) == 25)
    assert answers(asked) == {0: "z", 2: "z"}
    assert asked.at.tolist() == split.at[[0, 2]].tolist()
    assert answers(split) == {0: "cz", 1: "a", 2: "bz"}
    assert len(split.asking_for(np.zeros(26, np.bool_))) == 0
