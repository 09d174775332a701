"""Counting in parts gives what counting at once gives, and what counting by hand would."""

from __future__ import annotations

import dataclasses
from collections import Counter
from functools import partial
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from histories import histories
from hypothesis import given
from hypothesis import strategies as st

from models.errors import TrainingFailed
from training.behaviour import fit
from training.counts import MOST, Counts, Part, count, parts
from training.interactions import DISMISS, Interactions
from training.spread import HERE
from training.tally import Tally

N, ROLES, LONGEST = 26, 3, 5
WORDS = st.lists(st.text("abcde ", max_size=8), min_size=1, max_size=8)
COUNTED = partial(Counts.of, n_roles=ROLES, longest=LONGEST)


def roles_of(known: Interactions) -> np.ndarray:
    return (np.arange(known.n_learners) % (ROLES + 1) - 1).astype(np.int32)


def told(counts: Counts) -> dict[str, list[list[int]]]:
    values = {field.name: getattr(counts, field.name) for field in dataclasses.fields(counts)}
    return {
        name: [each.keys.tolist(), each.counts.tolist()] if isinstance(each, Tally) else [[*each]]
        for name, each in values.items()
    }


@given(WORDS, st.integers(1, 12))
def test_any_partition_has_the_same_total(words: list[str], size: int) -> None:
    known = histories(*words)
    roles = roles_of(known)
    cut = list(parts(known, roles, size))
    assert sum(part.known.n_learners for part in cut) == known.n_learners
    assert sum(len(part.known) for part in cut) == len(known)
    at_once = COUNTED(Part(known, roles))
    assert told(Counts.total([COUNTED(part) for part in cut])) == told(at_once)


@given(WORDS)
def test_counts_are_those_made_by_hand(words: list[str]) -> None:
    known = histories(*words)
    counts = COUNTED(Part(known, roles_of(known)))
    met = [list(dict.fromkeys(ord(c) - 97 for c in word if c.isalpha())) for word in words]
    together = Counter(a * N + b for way in met for a in way for b in way)
    assert dict(zip(counts.together.keys, counts.together.counts, strict=True)) == together
    soon = Counter(
        way[i] * N + way[j] for way in met for i, j in combinations(range(len(way)), 2) if j - i < 4
    )
    assert dict(zip(counts.soon.keys, counts.soon.counts, strict=True)) == soon
    sitting = Counter(
        (ord(a) - 97) * N + ord(b) - 97
        for word in words
        for a, b in pairwise(word.replace(" ", ""))
        if a != b
    )
    assert dict(zip(counts.sitting.keys, counts.sitting.counts, strict=True)) == sitting
    begun = Counter(way[0] for way in met if way)
    assert counts.begun.tolist() == [begun[c] for c in range(N)]


def test_a_part_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    known = histories("abc", "", "ca", dated=False)
    known.kind[1] = DISMISS
    part = Part(known, roles_of(known))
    part.save(tmp_path / "part")
    again = Part.load(tmp_path / "part")
    assert told(COUNTED(again)) == told(COUNTED(part))
    for field in dataclasses.fields(Interactions):
        np.testing.assert_array_equal(getattr(again.known, field.name), getattr(known, field.name))
    assert (again.known.dated, again.known.n_credentials) == (False, N)


def test_base_models_do_not_depend_on_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    known = histories(*("".join(rng.choice([*"abcdefgh"], 9)) for _ in range(40)))
    whole = fit(known, roles_of(known), ROLES, 30.0)
    monkeypatch.setattr("training.counts.PART", 50)
    in_parts = fit(known, roles_of(known), ROLES, 30.0)
    assert whole.keys() == in_parts.keys()
    for name, array in whole.items():
        np.testing.assert_array_equal(array, in_parts[name], name)


def test_more_credentials_than_can_be_counted_are_refused() -> None:
    known = histories("ab", n_credentials=MOST + 1)
    with pytest.raises(TrainingFailed, match="expected at most 2000000"):
        count(known, roles_of(known), ROLES, LONGEST, HERE)
