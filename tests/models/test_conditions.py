from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.conditions import Conditions
from models.ids import IdMap
from models.prerequisites import (
    All,
    Any,
    AtLeast,
    Condition,
    NeedsCredential,
    NeedsSkill,
    satisfied,
)

KNOWN = "abcd"
CREDENTIALS = IdMap(list(KNOWN))
SKILLS = IdMap(list(KNOWN))
NAMES = st.sampled_from(KNOWN + "z")
"""``z`` is in no bundle."""

LEVELS = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
LEAVES = st.builds(NeedsCredential, NAMES) | st.builds(NeedsSkill, NAMES, st.none() | LEVELS)


def _branches(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return (
        st.builds(All, st.lists(parts, max_size=4).map(tuple))
        | st.builds(Any, some)
        | some.flatmap(lambda of: st.builds(AtLeast, st.integers(1, len(of)), st.just(of)))
    )


CONDITIONS = st.recursive(LEAVES, _branches, max_leaves=12)


@given(
    st.dictionaries(st.integers(0, 3), CONDITIONS),
    st.frozensets(st.sampled_from(KNOWN)),
    st.dictionaries(st.sampled_from(KNOWN), LEVELS),
)
def test_all_trees_at_once_are_each_tree_alone(
    trees: dict[int, Condition], held: frozenset[str], had: dict[str, float]
) -> None:
    compiled = Conditions.compile(trees, CREDENTIALS, SKILLS)
    mask = np.array([name in held for name in KNOWN])
    levels = np.array([had.get(name, np.nan) for name in KNOWN], np.float32)
    expected = [row not in trees or satisfied(trees[row], held, had) for row in range(4)]
    assert compiled.met(mask, levels).tolist() == expected


def test_float32_noise_withholds_nothing() -> None:
    compiled = Conditions.compile({0: NeedsSkill("a", 0.7)}, CREDENTIALS, SKILLS)
    levels = np.array([0.7, np.nan, np.nan, np.nan], np.float32)
    assert compiled.met(np.zeros(4, np.bool_), levels).all()
