"""What a learner takes back counts no more, in answers and in training alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.domain import Event, Kind
from models.histories import standing
from training.interactions import KINDS, Interactions

acts = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(KINDS)), max_size=12)


def events(*acts: tuple[str, Kind]) -> list[Event]:
    return [Event(credential, kind, float(at)) for at, (credential, kind) in enumerate(acts)]


def test_a_retraction_takes_back_the_latest_act_on_its_credential_alone() -> None:
    told = events(
        ("a", Kind.SAVE), ("b", Kind.SAVE), ("a", Kind.DISMISS), ("a", Kind.RETRACT),
        ("c", Kind.RETRACT), ("b", Kind.VIEW),
    )  # fmt: skip
    assert standing(told) == (told[0], told[1], told[5])


def test_each_retraction_takes_back_one_more() -> None:
    told = events(("a", Kind.SAVE), ("a", Kind.ENROL), ("a", Kind.RETRACT), ("a", Kind.RETRACT))
    assert standing(told) == ()
    assert standing(told[:3]) == (told[0],)


@given(st.lists(acts, max_size=3))
def test_training_keeps_the_same(told: list[list[tuple[str, Kind]]]) -> None:
    rows = [(who, act) for who, acts in enumerate(told) for act in enumerate(acts)]
    built = Interactions.build(
        np.array([who for who, _ in rows], np.int32),
        np.array(["ab".index(credential) for _, (_, (credential, _)) in rows], np.int32),
        np.array([at for _, (at, _) in rows], np.float64),
        n_learners=len(told),
        n_credentials=2,
        kind=np.array([KINDS.index(kind) for _, (_, (_, kind)) in rows], np.uint8),
    )
    for who, acts in enumerate(told):
        cut = built.of(who)
        kept = [
            Event("ab"[row], KINDS[kind], at)
            for row, kind, at in zip(
                built.credential[cut], built.kind[cut], built.at[cut], strict=True
            )
        ]
        assert kept == list(standing(events(*acts)))
