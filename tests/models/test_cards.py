"""What is shown of credentials, skills and roles: everything known, and null for the rest."""

from __future__ import annotations

import pytest
from worlds import world

from models.bundle import Bundle
from models.tables import names

CREDENTIAL_KEYS = {
    "id", "title", "description", "issuer", "level", "hours", "cost", "language", "delivery",
    "url", "available_from", "available_until", "expires_after_days", "prerequisites",
    "stacks_into", "quality", "skills",
}  # fmt: skip


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return world(
        skills=[{"id": "s", "label": "Skill", "aliases": ["Talent"], "broader": ["t"]},
                {"id": "t"}],
        credentials=[
            {"id": "bare", "title": "Bare"},
            {
                "id": "full", "title": "Full", "issuer": "I", "level": 0.1, "hours": 7, "cost": 3.5,
                "currency": "EUR", "skills": [{"skill": "talent", "level": "expert"},
                                              {"skill": "Own words"}],
                "prerequisites": ["bare"], "stacks_into": ["bare"],
                "available_from": "2025-01-01", "quality": {"accredited_by": ["A"]},
            },
        ],
        roles=[{"id": "r", "title": "Role", "requirements": [{"skill": "s", "importance": 0.4}]}],
    )  # fmt: skip


def test_what_is_unknown_is_null(bundle: Bundle) -> None:
    card = bundle.credentials.card(0)
    assert card.keys() == CREDENTIAL_KEYS
    empty = CREDENTIAL_KEYS - {"id", "title", "skills", "stacks_into"}
    assert {name: card[name] for name in empty} == dict.fromkeys(empty)
    assert (card["skills"], card["stacks_into"]) == ([], [])


def test_what_is_known_is_shown_as_it_was_given(bundle: Bundle) -> None:
    card = bundle.credentials.card(1)
    assert card["cost"] == {"amount": 3.5, "currency": "EUR"}
    assert card["prerequisites"] == {"all": [{"credential": "bare"}]}
    assert card["stacks_into"] == ["bare"]
    assert card["quality"] == {"accredited_by": ["A"]}
    assert card["available_from"] == 1_735_689_600.0
    assert (card["level"], card["hours"]) == (0.1, 7.0)


def test_skills_say_how_they_were_found(bundle: Bundle) -> None:
    found = {each["skill"]: each for each in bundle.credentials.card(1)["skills"]}
    assert found["s"] == {
        "skill": "s", "label": "Skill", "level": 1.0, "match": 1.0, "inferred": False
    }  # fmt: skip
    assert found["Own words"] == {
        "skill": "Own words", "label": "Own words", "level": 0.1, "match": None, "inferred": False
    }  # fmt: skip
    assert bundle.roles.card(0)["requirements"] == [
        {
            "skill": "s", "label": "Skill", "level": None, "match": None, "inferred": False,
            "importance": 0.4,
        }
    ]  # fmt: skip


def test_a_skill_shows_its_names_and_place(bundle: Bundle) -> None:
    assert bundle.skills.card(0) == {
        "id": "s", "label": "Skill", "aliases": ["Talent"], "description": None,
        "taxonomy": None, "broader": ["t"], "after": [],
    }  # fmt: skip
    assert bundle.skills.card(1)["label"] == "t"


def test_a_label_wins_over_an_alias_and_the_first_row_over_later() -> None:
    found = names(["A", "b", "B"], ['["b", "x"]', '["X", "a"]', None])
    assert found == {"a": 0, "b": 1, "x": 0}
