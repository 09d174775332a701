"""A catalogue as it is related: skills matched, inferred, near; stacks; prerequisites."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import world

from models.bundle import Bundle
from training.embedder import Embedder
from training.matching import INFER_SIMILARITY, INFERRED

SKILLS = [
    {"id": "s:bread", "label": "bake bread"},
    {"id": "s:metal", "label": "weld metal"},
    {"id": "s:data", "label": "analyse data"},
]


@pytest.fixture(scope="module")
def bundle(embedder: Embedder) -> Bundle:
    return world(
        embedder,
        skills=SKILLS,
        credentials=[
            {"id": "stated", "title": "Weld", "skills": [{"skill": "s:bread", "level": 0.3}]},
            {"id": "matched", "title": "Weld", "skills": ["data analysis"], "level": 0.7},
            {"id": "own", "title": "Zzz", "skills": ["quantum basket weaving", "s:metal"]},
            {"id": "silent", "title": "Baking bread at home", "level": "beginner"},
            {"id": "opaque", "title": "Qq 17"},
        ],
        roles=[{"id": "r", "title": "R", "requirements": [
            {"skill": "quantum basket weaving", "importance": 0.5}, {"skill": "s:data"}]}],
    )  # fmt: skip


def taught(bundle: Bundle, name: str) -> list[dict[str, object]]:
    row = bundle.credentials.row(name)
    assert row is not None
    return bundle.credentials.teaches.cards(row, bundle.skills)


def test_stated_skills_stay_as_they_are(bundle: Bundle) -> None:
    (only,) = taught(bundle, "stated")
    assert (only["skill"], only["level"], only["match"], only["inferred"]) == (
        "s:bread", 0.3, None, False,
    )  # fmt: skip


def test_free_text_is_matched_with_its_score_and_the_credentials_level(bundle: Bundle) -> None:
    (only,) = taught(bundle, "matched")
    assert (only["skill"], only["level"], only["inferred"]) == ("s:data", 0.7, False)
    assert isinstance(only["match"], float)
    assert 0.65 <= only["match"] <= 1.0


def test_unmatched_text_is_a_skill_of_its_own(bundle: Bundle) -> None:
    first, second = taught(bundle, "own")
    assert {first["skill"], second["skill"]} == {"s:metal", "quantum basket weaving"}
    row = bundle.skills.row("quantum basket weaving")
    assert row == len(SKILLS)
    required = bundle.roles.requires.links.row(0)[0]
    assert row in required


def test_a_silent_credential_gets_inferred_skills_labelled_so(bundle: Bundle) -> None:
    found = taught(bundle, "silent")
    assert 1 <= len(found) <= INFERRED
    assert found[0]["skill"] == "s:bread"
    for each in found:
        assert each["inferred"] is True
        assert isinstance(each["match"], float)
        assert each["match"] >= INFER_SIMILARITY
        assert each["level"] == 0.25
    assert all(each["inferred"] for each in taught(bundle, "opaque"))


def test_vectors_are_of_unit_length_and_row_by_row(bundle: Bundle) -> None:
    vectors = bundle.knowledge.text_vectors
    assert vectors.shape == (bundle.n, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert {name: len(index) for name, index in bundle.indexes.items()} == {
        "text": bundle.n, "skills": len(SKILLS) + 1, "roles": 1,
    }  # fmt: skip


def test_without_meaning_nothing_is_guessed() -> None:
    plain = world(
        skills=SKILLS,
        credentials=[
            {"id": "words", "title": "W", "skills": ["Weld Metal", "welding metals"]},
            {"id": "silent", "title": "Baking bread at home"},
        ],
    )
    assert {each["skill"] for each in taught(plain, "words")} == {"s:metal", "welding metals"}
    assert taught(plain, "silent") == []
    assert plain.knowledge.text_vectors.shape == (3, 0)
    assert plain.indexes == {}


def test_who_closes_a_skill_by_every_way_that_may_be_best() -> None:
    """The nearer skill at a low level, the broader one at a high level: both are kept."""
    plain = world(
        skills=[{"id": "narrow", "broader": ["broad"]}, {"id": "broad"}],
        credentials=[
            {"id": "c", "title": "C", "skills": [
                {"skill": "broad", "level": 0.2}, {"skill": "narrow", "level": 0.9}]},
            {"id": "d", "title": "D", "skills": [
                {"skill": "broad", "level": 0.9}, {"skill": "narrow", "level": 0.2}]},
        ],
    )  # fmt: skip
    closers = plain.knowledge.closers
    broad = plain.skills.row("broad")
    assert broad is not None
    ways = slice(int(closers.indptr[broad]), int(closers.indptr[broad + 1]))
    assert closers.indices[ways].tolist() == [0, 0, 1]
    np.testing.assert_allclose(closers.values[ways], [0.2, 0.9, 0.9])
    np.testing.assert_allclose(plain.knowledge.closers_credit[ways], [1.0, 0.6, 1.0])


def test_stacks_lead_both_ways() -> None:
    plain = world(
        credentials=[
            {"id": "a", "title": "A", "stacks_into": ["s", "s"]},
            {"id": "b", "title": "B", "stacks_into": ["s"]},
            {"id": "s", "title": "S"},
        ]
    )
    assert plain.knowledge.stacks.row(0)[0].tolist() == [2]
    assert plain.knowledge.stack_parts.row(2)[0].tolist() == [0, 1]
