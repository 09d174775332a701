from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import world

from models import query
from models.bundle import Bundle
from models.domain import Ask, HeldSkill, Learner, Target
from models.resolve import (
    ADVERT_SIMILARITY,
    SKILL_SIMILARITY,
    By,
    find_skill,
    resolve_role,
    resolve_skill,
)


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("s:baking", "s:baking"),
        ("Bake Bread and Pastry ", "s:baking"),
        ("BAKING", "s:baking"),
        ("baking bread", "s:baking"),
        ("database queries in SQL", "s:sql"),
        ("lunar geology", "lunar geology"),
    ],
)
def test_a_skill_by_id_name_alias_and_meaning(worded: Bundle, text: str, skill: str) -> None:
    row = resolve_skill(worded, text)
    assert row is not None
    assert worded.skills.ids[row] == skill


def test_it_is_told_what_of_a_skill_was_found_and_how_well(worded: Bundle) -> None:
    by_id = find_skill(worded, ["nothing", "s:baking"], "lunar geology")
    by_label = find_skill(worded, ["nothing"], "Baking")
    by_meaning = find_skill(worded, [], "baking bread")
    assert by_id is not None and by_label is not None and by_meaning is not None
    assert by_id.row == by_label.row == by_meaning.row
    assert (by_id.by, by_id.score) == (By.ID, 1.0)
    assert (by_label.by, by_label.score) == (By.LABEL, 1.0)
    assert by_meaning.by is By.MEANING
    assert SKILL_SIMILARITY <= by_meaning.score < 1.0
    assert find_skill(worded, ["nothing"], "playing the violin") is None


REGISTERED = "https://registry.example/resources/ce-0A448F2E-B76B-497B-92CF-51504C7A5000"
BARE = "74f5bb7d-d7cc-11e8-824f-0242ac160002"
TWICE = "22222222-d7cc-11e8-824f-0242ac160002"


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("ce-0a448f2e-b76b-497b-92cf-51504c7a5000", REGISTERED),
        ("https://f.example/skill/ce-0A448F2E-b76b-497b-92cf-51504c7a5000/", REGISTERED),
        (f"https://case.example/uri/{BARE}", BARE),
        (f"{BARE}x", None),
        (TWICE.replace("2", "1"), None),
        (f"https://c.example/{TWICE}", None),
        (f"https://b.example/{TWICE}", f"https://b.example/{TWICE}"),
    ],
)
def test_a_skill_is_the_same_by_its_universal_identifier(named: str, found: str | None) -> None:
    """Whatever address stands around it; where several ids end in it, none is meant."""
    ids = [REGISTERED, BARE, f"https://a.example/{TWICE}", f"https://b.example/{TWICE}"]
    bundle = world(
        skills=[{"id": each, "label": f"skill {place}"} for place, each in enumerate(ids)],
        credentials=[{"id": "c", "title": "C"}],
    )
    skill = find_skill(bundle, [named], "no such words")
    assert (None if skill is None else bundle.skills.ids[skill.row]) == found
    assert skill is None or skill.by is By.ID


@pytest.mark.parametrize("text", ["", "   ", "playing the violin", "\x00", "🚀"])
def test_what_is_no_skill_is_none(worded: Bundle, text: str) -> None:
    assert resolve_skill(worded, text) is None


@pytest.mark.parametrize(
    ("text", "role", "exact"),
    [("baker", 0, True), (" Bread Maker", 0, True), ("administrator of databases", 1, False)],
)
def test_a_role_by_title_alias_and_meaning(
    worded: Bundle, text: str, role: int, exact: bool
) -> None:
    found, skills = resolve_role(worded, text)
    assert found is not None
    assert found.row == role
    assert len(skills[0]) == 0
    assert (found.match == 1.0) == exact
    assert found.match is not None and found.match <= 1.0


def test_an_advert_is_read_as_skills(worded: Bundle) -> None:
    advert = "We need somebody who cares for patients on our hospital ward.\nNight shifts."
    role, (skills, scores) = resolve_role(worded, advert)
    assert role is not None
    assert role.row is None
    assert role.title == advert.splitlines()[0]
    assert worded.skills.ids[int(skills[0])] == "s:nursing"
    assert (scores >= ADVERT_SIMILARITY).all()
    asked = query.build(worded, Ask(Learner(), 0.0, Target(text=advert)))
    assert asked.requirement is not None
    np.testing.assert_array_equal(asked.requirement.match, asked.requirement.importance)
    assert np.isnan(asked.requirement.level).all()


@pytest.mark.parametrize("text", ["", " \n ", "qqqq zzzz"])
def test_text_without_meaning_is_noted(worded: Bundle, text: str) -> None:
    asked = query.build(worded, Ask(Learner(), 0.0, Target(text=text)))
    assert (asked.role, asked.requirement) == (None, None)
    assert asked.notes == ("the target role's text could not be matched to a role or to skills",)


def test_without_an_encoder_words_still_count(worded: Bundle) -> None:
    wordless = replace(worded, encoder=None)
    assert resolve_skill(wordless, "baking") == worded.skills.row("s:baking")
    assert resolve_skill(wordless, "baking bread") is None
    assert resolve_role(wordless, "hospital")[0] is None


def test_a_role_without_title_is_called_by_its_id(worded: Bundle) -> None:
    asked = query.build(worded, Ask(Learner(), 0.0, Target(id="r:untitled")))
    assert asked.role is not None
    assert asked.role.title == "r:untitled"
    assert asked.notes == ("role 'r:untitled' names no required skills",)


def test_levels_of_a_skill_said_twice_are_merged_upwards(worded: Bundle) -> None:
    held = (HeldSkill("SQL", 0.3), HeldSkill("s:sql", 0.9), HeldSkill("sql"), HeldSkill("violin"))
    asked = query.build(worded, Ask(Learner(skills=held), 0.0))
    assert asked.levels.tolist() == [pytest.approx(0.9)]
    assert asked.notes == ("skill 'violin' is not known here",)


@pytest.mark.parametrize(
    ("held", "other", "higher"),
    [(None, 0.2, 0.2), (0.2, 0.7, 0.7), (0.7, 0.2, 0.7), (np.nan, 0.7, 0.7), (0.2, np.nan, np.nan),
     (np.nan, 0.2, np.nan), (0.5, np.nan, 0.5), (None, np.nan, np.nan), (np.nan, np.nan, np.nan)],
)  # fmt: skip
def test_the_higher_of_two_levels(held: float | None, other: float, higher: float) -> None:
    np.testing.assert_equal(query.higher(held, other), higher)
