"""Experiments: the file, who takes part, and what is served and recorded then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from conftest import DAY, Keys, running
from tiny_bundle import TRAINED_AT, write_bundle

from models import bundle
from models.errors import BundleError, UsageError
from models.explore import Exploration, drawn, propensities
from service.experiments.assignment import Experiments, Trial, read
from service.schemas.recommendations import RecommendationRequest
from service.settings import Settings

NOW = TRAINED_AT + 10 * DAY
START = datetime.fromtimestamp(TRAINED_AT, UTC).isoformat()
END = datetime.fromtimestamp(TRAINED_AT + 20 * DAY, UTC).isoformat()

HEAD = f"""
[[experiments]]
tenant = "acme"
name = "goal"
salt = "s1"
start = {START}
end = {END}
"""
CONTROL = '[[experiments.variants]]\nname = "control"\n'
KEEN = '[[experiments.variants]]\nname = "keen"\ngoal_weight = 0.9\n'
CHANCE = (
    '[[experiments.variants]]\nname = "chance"\nweight = 3\n'
    "exploration = {epsilon = 1.0, among = 3, temperature = 10}\n"
)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "experiments.toml"
    file.write_text(text)
    return file


def experiments(tmp_path: Path, text: str) -> Experiments:
    return Experiments(read(written(tmp_path, text)))


def tried(found: Experiments, learner: str | None, at: float = NOW, **more: Any) -> Trial:
    request = RecommendationRequest.model_validate({"learner": {"id": learner}, **more})
    return found.trial("acme", request, at, "r")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + CONTROL, "experiments/0/variants: .*at least 2"),
        (HEAD + CONTROL + CONTROL, "experiments/0: .*different names"),
        (HEAD + CONTROL + KEEN.replace("0.9", "1.9"), "experiments/0/variants/1/goal_weight: "),
        (HEAD + CONTROL + KEEN.replace("0.9", '"0.9"'), "experiments/0/variants/1/goal_weight: "),
        (HEAD + CONTROL + KEEN + "colour = 1", "experiments/0/variants/1/colour: "),
        (HEAD.replace("acme", "Not A Tenant") + CONTROL + KEEN, "experiments/0/tenant: "),
        (HEAD.replace(END, START) + CONTROL + KEEN, "experiments/0: .*end after the start"),
        (HEAD.replace("+00:00", "") + CONTROL + KEEN, "experiments/0/start: .*timezone"),
        (2 * (HEAD + CONTROL + KEEN), ".*other names and salts"),
        ("experiments = 3", "experiments: "),
        ("not toml", "not TOML"),
    ],
)
def test_a_fault_is_told_by_file_and_field(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=rf"(?s)experiments\.toml: {told}"):
        read(written(tmp_path, text))


def test_two_experiments_may_not_change_the_same_at_once(tmp_path: Path) -> None:
    other = HEAD.replace('"goal"', '"other"').replace("s1", "s2")
    with pytest.raises(UsageError, match="goal and other change goal_weight at the same time"):
        read(written(tmp_path, HEAD + CONTROL + KEEN + other + CONTROL + KEEN))
    assert len(read(written(tmp_path, HEAD + CONTROL + KEEN + other + CONTROL + CHANCE))) == 2
    later = other.replace(END, "2030-01-01T00:00:00Z").replace(START, END)
    assert len(read(written(tmp_path, HEAD + CONTROL + KEEN + later + CONTROL + KEEN))) == 2


def test_a_missing_file_or_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        read(tmp_path / "nowhere.toml")
    missing = f'[[experiments.variants]]\nname = "b"\nbundle = "{tmp_path}/none"\n'
    with pytest.raises(BundleError, match="none"):
        experiments(tmp_path, HEAD + CONTROL + missing)
    assert read(None) == ()


def test_learners_are_spread_by_weight_and_stay(tmp_path: Path) -> None:
    found = experiments(tmp_path, HEAD + CONTROL + CHANCE)
    names = [str(tried(found, f"l{i}").enrolments[0]["variant"]) for i in range(2_000)]
    assert abs(Counter(names)["chance"] / 2_000 - 0.75) < 0.04
    again = experiments(tmp_path, HEAD + CONTROL + CHANCE)
    assert [tried(again, f"l{i}").enrolments[0]["variant"] for i in range(50)] == names[:50]
    assert {e["propensity"] for i in range(50) for e in tried(found, f"l{i}").enrolments} == {
        0.25,
        0.75,
    }


def test_who_does_not_take_part(tmp_path: Path) -> None:
    found = experiments(tmp_path, HEAD + CONTROL + KEEN)
    assert tried(found, "l").enrolments
    for trial in (
        tried(found, None),
        tried(found, "l", at=TRAINED_AT - 1),
        tried(found, "l", at=TRAINED_AT + 20 * DAY),
        tried(found, "l", goal_weight=0.5),  # who says what they want gets that
        found.trial("other", RecommendationRequest(), NOW, "r"),
    ):
        assert trial == Trial()


def test_variants_change_what_they_name(tmp_path: Path) -> None:
    found = experiments(tmp_path, HEAD + CONTROL + KEEN)
    request = RecommendationRequest(limit=3)
    by_variant = {
        str(t.enrolments[0]["variant"]): t for t in (tried(found, f"{i}") for i in range(40))
    }
    assert by_variant["control"].of(request) == request
    keen = by_variant["keen"].of(request)
    assert (keen.goal_weight, keen.limit) == (0.9, 3)


@pytest.fixture(scope="module")
def served(
    bundle_folder: Path,
    keys_file: Path,
    keys: Keys,
    embedded_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    """A service with a bundle on trial and chance in the first place, for one tenant."""
    folder = tmp_path_factory.mktemp("experiments")
    other = write_bundle(folder / "bundles", favourite=7)
    key = keys.fresh()
    name = key.split("_")[1]
    tenant = next(kept.tenant for kept in keys.kept if kept.id == name)
    bundles = HEAD.replace("s1", "s2").replace('"goal"', '"bundles"')
    on_trial = f'[[experiments.variants]]\nname = "other"\nbundle = "{other}"\n'
    text = bundles + CONTROL + on_trial + HEAD + CONTROL + CHANCE
    settings = Settings(
        var=folder,
        bundle=bundle_folder,
        api_keys_file=keys_file,
        redis_url=embedded_url,
        store_timeout=5,
        store_patience=5,
        experiments_file=written(folder, text.replace("acme", tenant)),
    )
    headers = {"Authorization": f"Bearer {key}"}
    with (
        running(settings, lambda: NOW) as url,
        httpx.Client(base_url=url, headers=headers, timeout=10) as client,
    ):
        yield client


def answered(client: httpx.Client, learner: str) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = client.post("/v1/recommendations", json={"learner": {"id": learner}}).json()
    [kept] = client.get(f"/v1/decisions/{answer['request_id']}").json()["items"]
    return answer, kept


def test_what_is_served_is_what_is_recorded(
    served: httpx.Client, bundle_folder: Path, tmp_path: Path
) -> None:
    usual = bundle.read(bundle_folder).version
    drawn_first = set()
    for i in range(60):
        answer, kept = answered(served, f"l{i}")
        variants = {each["experiment"]: each["variant"] for each in kept["experiments"]}
        assert set(variants) == {"bundles", "goal"}
        assert answer["bundle_version"] == kept["bundle_version"]
        assert (answer["bundle_version"] == usual) == (variants["bundles"] == "control")
        first = kept["items"][0]
        if variants["goal"] == "control":
            assert kept["exploration"] is None
            assert first["propensity"] is None
            continue
        drawn_first.add(first["credential"])
        open_to_chance = [each for each in kept["items"] if each["propensity"] is not None]
        assert len(open_to_chance) == 3
        assert sum(each["propensity"] for each in open_to_chance) == pytest.approx(1.0)
        # The draw can be repeated from the record: the rest of the list is in its usual order.
        usual_order = sorted(open_to_chance, key=lambda each: -each["score"])
        by = Exploration(**kept["exploration"])
        odds = propensities(np.array([each["score"] for each in usual_order]), by)
        assert usual_order[drawn(odds, by.seed)]["credential"] == first["credential"]
    assert len(drawn_first) >= 3
