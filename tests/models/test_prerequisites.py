from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.prerequisites import (
    MAX_DEPTH,
    All,
    Any,
    AtLeast,
    Condition,
    NeedsCredential,
    NeedsSkill,
    leaves,
    parse,
    satisfied,
    to_json,
    unmet,
)

IDS = st.sampled_from("abcde")
LEAVES = st.builds(NeedsCredential, IDS) | st.builds(
    NeedsSkill, IDS, st.none() | st.floats(0.0, 1.0)
)


def _branches(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return (
        st.builds(All, st.lists(parts, max_size=4).map(tuple))
        | st.builds(Any, some)
        | some.flatmap(lambda of: st.builds(AtLeast, st.integers(1, len(of)), st.just(of)))
    )


CONDITIONS = st.recursive(LEAVES, _branches, max_leaves=12)
HELD = st.frozensets(IDS)
LEVELS = st.dictionaries(IDS, st.floats(0.0, 1.0))


@given(CONDITIONS)
def test_json_keeps_the_tree(condition: Condition) -> None:
    assert parse(to_json(condition)) == condition


@given(CONDITIONS, HELD, LEVELS)
def test_nothing_is_unmet_exactly_when_satisfied(
    condition: Condition, held: frozenset[str], levels: dict[str, float]
) -> None:
    assert (unmet(condition, held, levels) is None) == satisfied(condition, held, levels)


@given(CONDITIONS, HELD, LEVELS)
def test_getting_all_that_is_unmet_satisfies(
    condition: Condition, held: frozenset[str], levels: dict[str, float]
) -> None:
    missing = unmet(condition, held, levels)
    if missing is not None:
        got = {leaf.id for leaf in leaves(missing) if isinstance(leaf, NeedsCredential)}
        had = {leaf.id: 1.0 for leaf in leaves(missing) if isinstance(leaf, NeedsSkill)}
        assert satisfied(condition, held | got, levels | had)


@given(CONDITIONS, HELD, LEVELS, IDS)
def test_holding_more_never_takes_away(
    condition: Condition, held: frozenset[str], levels: dict[str, float], more: str
) -> None:
    if satisfied(condition, held, levels):
        assert satisfied(condition, held | {more}, levels | {more: 1.0})


def test_a_plain_list_means_all_and_ids_are_text() -> None:
    assert parse(["a", 7]) == All((NeedsCredential("a"), NeedsCredential("7")))


def test_levels_may_be_named() -> None:
    assert parse({"skill": "s", "level": "expert"}) == NeedsSkill("s", 1.0)


def test_a_skill_without_a_level_needs_only_to_be_there() -> None:
    assert satisfied(NeedsSkill("s"), set(), {"s": 0.0})
    assert not satisfied(NeedsSkill("s"), set(), {})


def test_unmet_keeps_what_is_still_wanted_of_a_choice() -> None:
    condition = parse({"at_least": 2, "of": [{"credential": x} for x in "abc"]})
    assert unmet(condition, {"a"}, {}) == Any((NeedsCredential("b"), NeedsCredential("c")))


@pytest.mark.parametrize(
    ("obj", "place"),
    [
        ("a", "$:"),
        ({}, "$:"),
        ({"all": 3}, "$.all:"),
        ({"all": [{"credential": "a"}, {"credential": " "}]}, "$.all[1].credential:"),
        ({"any": []}, "$.any:"),
        ({"any": [{"skill": "s", "level": 2}]}, "$.any[0].level:"),
        ({"at_least": 3, "of": [{"credential": "a"}]}, "$.at_least:"),
        ({"at_least": True, "of": [{"credential": "a"}]}, "$.at_least:"),
        ({"not": {"credential": "a"}}, "$:"),
        ({"all": [], "any": []}, "$:"),
        ([None], "$[0]:"),
    ],
)
def test_faults_name_their_place(obj: object, place: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(obj)
    assert str(caught.value).startswith(place)


def test_endless_nesting_is_refused() -> None:
    obj: object = {"credential": "a"}
    for _ in range(MAX_DEPTH + 1):
        obj = {"all": [obj]}
    with pytest.raises(ValueError, match="nested deeper"):
        parse(obj)
