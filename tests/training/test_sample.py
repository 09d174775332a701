"""The sample that ships: sound, rich enough to show everything, and reproducible."""

from __future__ import annotations

from pathlib import Path

import orjson
import polars as pl
import pytest

from models.prerequisites import Any as AnyOf
from models.prerequisites import AtLeast, Condition, NeedsSkill, holds, leaves, parse
from training.sample import PATH
from training.sample.regenerate import LEARNERS, regenerate
from training.tables import Dataset, load


@pytest.fixture(scope="module")
def sample() -> Dataset:
    """Loading it also proves that references exist and that nothing waits for itself."""
    return load(PATH)


def conditions(sample: Dataset) -> dict[str, Condition]:
    given = sample.credentials.drop_nulls("prerequisites").select("id", "prerequisites")
    return {id_: parse(orjson.loads(text)) for id_, text in given.rows()}


def test_its_size(sample: Dataset) -> None:
    assert sample.rejects == ()
    assert sample.dated
    assert sample.credentials.height >= 150
    assert sample.skills.height >= 200
    assert sample.roles.height >= 25
    assert sample.learners.height == LEARNERS
    assert 6000 <= sample.interactions.height <= 8000
    stacks = sample.credentials["stacks_into"].drop_nulls().explode().unique()
    assert stacks.len() >= 20


def test_it_shows_what_real_catalogues_are_like(sample: Dataset) -> None:
    credentials = sample.credentials
    assert credentials["skills"].null_count() == 10
    assert credentials["cost"].null_count() > 3
    assert credentials["hours"].null_count() > 3
    assert (credentials["cost"] == 0).sum() > 10
    assert set(credentials["currency"].drop_nulls()) == {"USD", "EUR"}
    assert set(credentials["language"]) == {"en", "es", "fr"}
    assert set(credentials["delivery"]) == {"online", "in_person", "hybrid"}
    for column in ("available_from", "available_until", "expires_after_days", "quality"):
        assert credentials[column].count() > 0, column
    found = conditions(sample).values()
    assert any(isinstance(leaf, NeedsSkill) for each in found for leaf in leaves(each))
    assert {AtLeast, AnyOf} <= {type(each) for each in found}
    named = set(credentials["skills"].explode().struct.field("skill").drop_nulls())
    assert 3 <= len(named - set(sample.skills["id"])) <= 12


def test_roles_and_learners_refer_to_what_exists(sample: Dataset) -> None:
    skills = set(sample.skills["id"])
    required = sample.roles["requirements"].explode().struct.field("skill")
    assert set(required) <= skills
    assert set(sample.learners["skills"].explode().struct.field("skill").drop_nulls()) <= skills
    assert set(sample.learners["target_role"].drop_nulls()) <= set(sample.roles["id"])
    assert set(sample.interactions["learner_id"]) <= set(sample.learners["id"])
    needed = (leaf for each in conditions(sample).values() for leaf in leaves(each))
    assert {leaf.id for leaf in needed if isinstance(leaf, NeedsSkill)} <= skills
    assert (
        sample.roles.select("median_wage", "employment", "growth").null_count().row(0)
        == (sample.roles.height,) * 3
    )


def test_the_catalogue_closes_most_of_every_roles_gap(sample: Dataset) -> None:
    """Starting from nothing, earning in any order that prerequisites allow."""
    wanted = conditions(sample)
    taught = dict(sample.credentials.select("id", "skills").rows())
    held: set[str] = set()
    level: dict[str, float] = {}

    def met(leaf) -> bool:
        if isinstance(leaf, NeedsSkill):
            return level.get(leaf.id, 0.0) >= (leaf.level or 0.01)
        return leaf.id in held

    growing = True
    while growing:
        able = [c for c in taught if c not in held and (c not in wanted or holds(wanted[c], met))]
        growing = bool(able)
        held.update(able)
        for each in (each for c in able for each in taught[c] or []):
            level[each["skill"]] = max(level.get(each["skill"], 0.0), each["level"])
    assert held == set(taught)
    for role, needs in sample.roles.select("id", "requirements").rows():
        covered = sum(
            n["importance"] * min(1.0, level.get(n["skill"], 0.0) / n["level"]) for n in needs
        )
        assert covered >= 0.7 * sum(n["importance"] for n in needs), role


def test_histories_respect_prerequisites_and_availability(sample: Dataset) -> None:
    wanted = conditions(sample)
    taught = dict(sample.credentials.select("id", "skills").rows())
    known = dict(sample.learners.select("id", "skills").rows())
    opens = dict(sample.credentials.select("id", pl.col("available_from").dt.epoch("s")).rows())
    closes = dict(sample.credentials.select("id", pl.col("available_until").dt.epoch("s")).rows())
    for (learner,), acts in sample.interactions.group_by("learner_id"):
        held: set[str] = set()
        start = known[learner]
        level = {each["skill"]: each["level"] for each in start or []}

        def met(leaf, held=held, level=level, start=start) -> bool:
            if isinstance(leaf, NeedsSkill):  # one who states no skills may have any
                return start is None or level.get(leaf.id, 0.0) >= (leaf.level or 0.01)
            return leaf.id in held

        ordered = acts.sort("occurred_at", maintain_order=True)
        for credential, kind, at in ordered.select("credential_id", "kind", "occurred_at").rows():
            if kind == "enrol":
                assert credential not in wanted or holds(wanted[credential], met)
                assert opens[credential] is None or opens[credential] <= at
                assert closes[credential] is None or at <= closes[credential] + 86_400
            elif kind == "complete":
                held.add(credential)
                for each in taught[credential] or []:
                    level[each["skill"]] = max(level.get(each["skill"], 0.0), each["level"])


def test_learners_and_histories_are_made_anew_byte_for_byte(tmp_path: Path) -> None:
    regenerate(tmp_path)
    for name in ("learners.jsonl", "interactions.csv"):
        assert (tmp_path / name).read_bytes() == (PATH / name).read_bytes(), name


def test_its_readme_says_that_it_is_invented() -> None:
    text = (PATH / "README.md").read_text(encoding="utf-8")
    assert "Everything here is invented" in text
