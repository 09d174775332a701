"""Places kept in a list: owed as far as there is anybody to fill them, and nothing beyond."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models import bundle
from models.bundle import Bundle
from models.domain import Ask, Event, Kind, Learner
from models.exposure import Floor, Places
from models.recommend import recommend

AT = 1.8e9
BAKER = Learner(history=(Event("bakery-0", Kind.COMPLETE, 1.7e9),))


@pytest.fixture(scope="module")
def made(tiny_bundle: Path) -> Bundle:
    return bundle.read(tiny_bundle)


def listed(places: Places, m: int) -> list[int]:
    """The list that comes of candidates already in order, as ``models.diversify`` makes it."""
    kept: list[int] = []
    queue = list(range(m))
    while queue and len(kept) < places.limit:
        kept.append(queue.pop(places.next(kept, queue)))
    return kept


@st.composite
def owing(draw: st.DrawFn) -> Places:
    m, floors = draw(st.integers(0, 30)), draw(st.integers(0, 3))
    shares = draw(st.lists(st.floats(0.01, 0.5), min_size=floors, max_size=floors))
    scale = max(1.0, sum(shares))
    bits = draw(
        st.lists(st.lists(st.booleans(), min_size=m, max_size=m), min_size=floors, max_size=floors)
    )
    members = np.array(bits, np.bool_).reshape(floors, m)
    return Places(members, np.array([s / scale for s in shares]), draw(st.integers(1, 15)))


@given(owing())
def test_what_is_owed_is_there_and_nobody_is_lost(places: Places) -> None:
    m = places.members.shape[1]
    found = listed(places, m)
    assert len(found) == len(set(found)) == min(m, places.limit)
    owed = np.floor(places.shares * places.limit + 1e-9).astype(int)
    there = places.members.sum(1)
    assert (places.members[:, found].sum(1) >= np.minimum(owed, there)).all()
    # No more places change hands than are owed, and those who keep theirs keep their order.
    lifted = set(found) - set(range(len(found)))
    assert len(lifted) <= owed.sum()
    for mask in (places.members.any(0), ~places.members.any(0)):
        inside = [each for each in found if mask[each]]
        if len(places.shares) < 2:
            assert inside == sorted(inside)
    assert found == listed(places, m)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_one_floor_holds_in_every_prefix(member: list[bool], share: float) -> None:
    places = Places(np.array([member]), np.array([share]), len(member))
    found = listed(places, len(member))
    for k in range(1, len(found) + 1):
        owed = min(int(np.floor(share * k + 1e-9)), sum(member))
        assert sum(member[each] for each in found[:k]) >= owed


def test_no_floors_change_nothing() -> None:
    assert listed(Places(np.zeros((0, 9), np.bool_), np.zeros(0), 4), 9) == [0, 1, 2, 3]


def test_a_bundle_keeps_places_and_says_so(made: Bundle) -> None:
    floor = Floor(by="issuer", values=("Plumbing School",), share=0.3)
    plain = recommend(made, Ask(BAKER, AT))
    kept = recommend(replace(made, floors=(floor,)), Ask(BAKER, AT))
    issuers = [made.credentials.issuer[item.credential] for item in kept.items]
    assert issuers.count("Plumbing School") >= 3
    assert "30% of the places are kept for issuer Plumbing School" in kept.notes
    assert not any("places" in note for note in plain.notes)
    untouched = [item.credential for item in plain.items if item in kept.items]
    assert len(untouched) >= 7


def test_a_floor_goes_with_a_cap_and_with_pins(made: Bundle) -> None:
    floored = replace(made, floors=(Floor(by="issuer", values=("Plumbing School",), share=0.5),))
    ask = Ask(BAKER, AT, limit=8, pinned=("joinery-0",), max_per_issuer=2)
    found = recommend(floored, ask)
    names = [made.credentials.ids[item.credential] for item in found.items]
    issuers = [made.credentials.issuer[item.credential] for item in found.items]
    assert names[0] == "joinery-0"
    assert max(issuers.count(each) for each in issuers) == 2
    assert issuers.count("Plumbing School") == 2
    assert len(names) == 8


def test_what_is_not_eligible_stays_out(made: Bundle) -> None:
    held = tuple(Event(f"plumbing-{k}", Kind.COMPLETE, 1.7e9) for k in range(10))
    floor = Floor(by="issuer", values=("Plumbing School",), share=0.5)
    found = recommend(replace(made, floors=(floor,)), Ask(Learner(history=held), AT))
    assert len(found.items) == 10
    assert not any(made.credentials.ids[i.credential].startswith("plumbing") for i in found.items)


@pytest.mark.parametrize(
    "wrong", [{"share": 0.0}, {"share": 0.6}, {"values": ()}, {"by": "title"}, {"most": 3}]
)
def test_a_floor_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Floor.model_validate({"by": "language", "values": ("en",), "share": 0.1} | wrong)
