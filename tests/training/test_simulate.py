"""The simulator: reproducible, obedient to its own rules, and true to its stated utility."""

from __future__ import annotations

import numpy as np
import orjson
import polars as pl
import pytest

from models.errors import UsageError
from models.prerequisites import parse, satisfied
from training.schema import TABLES
from training.simulate import simulate_histories, simulate_world, write_world
from training.simulation.behaviour import Behaviour
from training.tables import load

WORLD = simulate_world(300, 400, seed=5)


def catalogue(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame(columns)


def skill(name: str, level: float) -> list[dict[str, object]]:
    return [{"skill": name, "level": level}]


ROLES = catalogue(id=["r"], requirements=[[{"skill": "s", "importance": 1.0, "level": 1.0}]])
SKILLS = catalogue(id=["s", "t"], label=["Sawing", "Talking"])
ALWAYS = Behaviour(abandon=0.0, abandon_long=0.0, browse=0.0, starting_skill=0.0, choices=50.0)


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    again = simulate_world(300, 400, seed=5)
    assert all(WORLD[name].equals(again[name]) for name in WORLD)
    other = simulate_world(300, 400, seed=6)
    assert not WORLD["interactions"].equals(other["interactions"])


def test_a_world_is_a_valid_data_folder(tmp_path) -> None:
    write_world(WORLD, tmp_path)
    data = load(tmp_path)
    assert data.rejects == ()
    assert (data.credentials.height, data.learners.height) == (400, 300)
    assert data.interactions.height == WORLD["interactions"].height
    assert pl.read_parquet(tmp_path / "truth.parquet").equals(WORLD["truth"])
    for name in ("credentials", "skills", "roles", "learners"):
        assert getattr(data, name).equals(WORLD[name]), name
        assert WORLD[name].columns == [column.name for column in TABLES[name]]


def test_a_world_uses_every_form_of_prerequisite_and_stack() -> None:
    conditions = WORLD["credentials"]["prerequisites"].drop_nulls()
    keys = {key for text in conditions for key in orjson.loads(text)}
    assert keys == {"all", "any", "at_least", "of", "skill", "level"}
    into = WORLD["credentials"]["stacks_into"].drop_nulls()
    assert into.len() > 0
    stacks = WORLD["credentials"].filter(pl.col("id").is_in(into.explode().implode()))
    assert stacks["prerequisites"].null_count() == 0


def test_a_world_without_learners_has_empty_histories() -> None:
    world = simulate_world(0, 60, seed=1)
    assert [world[name].height for name in ("learners", "interactions", "truth")] == [0, 0, 0]
    assert world["interactions"].schema == WORLD["interactions"].schema


@pytest.mark.parametrize(("learners", "credentials"), [(-1, 60), (10, 49)])
def test_unusable_sizes_are_refused(learners: int, credentials: int) -> None:
    with pytest.raises(UsageError, match="expected a number of at least"):
        simulate_world(learners, credentials, seed=1)


def test_nothing_to_choose_or_to_aim_at_is_refused() -> None:
    credentials = catalogue(id=["c"], title=["C"])
    with pytest.raises(UsageError, match="the table is empty"):
        simulate_histories(credentials.clear(), SKILLS, ROLES, n_learners=1, seed=1)
    with pytest.raises(UsageError, match="no role requires a skill"):
        simulate_histories(credentials, SKILLS, ROLES.clear(), n_learners=1, seed=1)


def test_completions_follow_their_enrolment_and_nothing_happens_twice() -> None:
    acts = WORLD["interactions"].filter(pl.col("kind").is_in(["enrol", "complete"]))
    assert not acts.select("learner_id", "credential_id", "kind").is_duplicated().any()
    wide = acts.pivot("kind", index=["learner_id", "credential_id"], values="occurred_at")
    assert wide["enrol"].null_count() == 0
    assert (wide["complete"] > wide["enrol"]).drop_nulls().all()
    assert wide["complete"].count() > 0.7 * wide.height


def test_dismissed_credentials_are_never_taken_up_afterwards() -> None:
    acts = WORLD["interactions"]
    dismissed = acts.filter(pl.col("kind") == "dismiss")
    later = dismissed.join(acts, on=["learner_id", "credential_id"], suffix="_other")
    assert dismissed.height > 0
    assert (later["occurred_at_other"] <= later["occurred_at"]).all()


def test_prerequisites_in_order_decide_what_comes_first() -> None:
    credentials = catalogue(
        id=["a", "b", "c"],
        title=["A", "B", "C"],
        skills=[skill("s", 0.25), skill("s", 0.5), skill("SAWING", 1.0)],
        hours=[1.0, 1.0, 1.0],
        prerequisites=[None, '{"all":[{"credential":"a"}]}', '{"skill":"s","level":0.5}'],
    )
    acts = simulate_histories(
        credentials, SKILLS, ROLES, n_learners=50, seed=3, behaviour=ALWAYS
    ).interactions.filter(pl.col("kind") == "complete")
    orders = acts.group_by("learner_id").agg("credential_id")["credential_id"].to_list()
    assert all(order == ["a", "b", "c"][: len(order)] for order in orders)
    assert ["a", "b", "c"] in orders


def test_limits_exclude_but_what_is_unknown_does_not() -> None:
    credentials = catalogue(
        id=["long", "dear", "foreign", "over", "not-yet", "unknown"],
        title=["t"] * 6,
        skills=[skill("s", 1.0)] * 6,
        hours=[1e6, 1.0, 1.0, 1.0, 1.0, None],
        cost=[1.0, 1e6, 1e6, 1.0, 1.0, None],
        currency=["USD", "USD", "EUR", "USD", "USD", None],
        available_from=[None, None, None, None, "2030-01-01", None],
        available_until=[None, None, None, "2020-01-01", None, None],
    ).with_columns(pl.col("available_from", "available_until").str.to_datetime(time_zone="UTC"))
    acts = simulate_histories(
        credentials, SKILLS, ROLES, n_learners=80, seed=3, behaviour=ALWAYS
    ).interactions
    assert set(acts["credential_id"]) == {"foreign", "unknown"}


def test_truth_agrees_with_what_learners_do() -> None:
    """With noise drowned out, the first thing learners take up is the truly best one."""
    credentials = catalogue(
        id=["most", "half", "none"],
        title=["t"] * 3,
        skills=[skill("s", 1.0), skill("s", 0.5), skill("t", 1.0)],
        hours=[1.0, 1.0, 1.0],
    )
    certain = Behaviour(gap=1000.0, starting_skill=0.0, browse=0.0)
    histories = simulate_histories(
        credentials, SKILLS, ROLES, n_learners=60, seed=8, behaviour=certain
    )
    first = histories.interactions.unique("learner_id", keep="first", maintain_order=True)
    assert set(first["credential_id"]) == {"most"}
    gave_up = histories.truth.filter(pl.col("credential_ids").list.len() > 0)
    assert set(gave_up["credential_ids"].list.first()) == {"half"}
    assert (gave_up["utilities"].list.first() == gave_up["utilities"].list.max()).all()


def test_a_role_that_requires_nothing_leaves_its_learners_idle() -> None:
    credentials = catalogue(id=["c"], title=["C"], skills=[skill("s", 1.0)])
    idle = {"id": ["idle"], "requirements": [[]]}
    roles = pl.concat([ROLES, pl.DataFrame(idle, schema=ROLES.schema)])
    histories = simulate_histories(credentials, SKILLS, roles, n_learners=40, seed=2)
    aims = dict(histories.truth.select("learner_id", "target_role").rows())
    assert set(aims.values()) == {"r", "idle"}
    assert {aims[who] for who in histories.interactions["learner_id"]} == {"r"}


def test_truth_lists_only_what_the_learner_may_take_next() -> None:
    completed = WORLD["interactions"].filter(pl.col("kind") == "complete")
    held = dict(completed.group_by("learner_id").agg("credential_id").rows())
    conditions = dict(WORLD["credentials"].select("id", "prerequisites").rows())
    levels = dict(WORLD["learners"].select("id", "skills").rows())
    taught = dict(WORLD["credentials"].select("id", "skills").rows())
    checked = 0
    for learner, best in WORLD["truth"].select("learner_id", "credential_ids").rows():
        assert not set(best) & set(held.get(learner, []))
        if levels[learner] is None:  # the profile states nothing, so the start is not known
            continue
        has: dict[str, float] = {each["skill"]: each["level"] for each in levels[learner]}
        for credential in held.get(learner, []):
            for each in taught[credential]:
                has[each["skill"]] = max(has.get(each["skill"], 0.0), each["level"])
        for credential in best:
            if conditions[credential] is not None:
                condition = parse(orjson.loads(conditions[credential]))
                assert satisfied(condition, set(held.get(learner, [])), has)
                checked += 1
    assert checked > 50


def test_learners_choose_for_their_role() -> None:
    """Far more of what they take up closes the gap than chance over the catalogue would."""
    roles = dict(WORLD["roles"].select("id", "requirements").rows())
    taught = dict(WORLD["credentials"].select("id", "skills").rows())
    wants = {id_: {each["skill"] for each in needs} for id_, needs in roles.items()}
    gives = {id_: {each["skill"] for each in skills} for id_, skills in taught.items()}
    target = dict(WORLD["truth"].select("learner_id", "target_role").rows())
    taken = WORLD["interactions"].filter(pl.col("kind") == "enrol")
    pairs = taken.select("learner_id", "credential_id").rows()
    chosen = np.mean([bool(gives[c] & wants[target[who]]) for who, c in pairs])
    chance = np.mean(
        [bool(gives[c] & wants[target[who]]) for who, _ in pairs for c in [*gives][::7]]
    )
    assert chosen > 0.75 > 3 * chance
