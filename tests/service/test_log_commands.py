"""What a service recorded, read by the command line: decisions, audit, experiments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from arro3.io import read_parquet
from conftest import DAY, Keys, running
from shared import Run
from tiny_bundle import TRAINED_AT

from service.settings import Settings

LEARNERS = 40
EXPERIMENTS = """
[[experiments]]
tenant = "TENANT"
name = "first place"
salt = "s"
start = 2020-01-01T00:00:00Z

[[experiments.variants]]
name = "control"

[[experiments.variants]]
name = "chance"
exploration = {epsilon = 0.8, among = 3, temperature = 1}

[[experiments.variants]]
name = "keen"
goal_weight = 1.0
"""


class Clock:
    """Moves on by a second whenever it is read."""

    def __init__(self) -> None:
        self.at = TRAINED_AT + 10 * DAY

    def __call__(self) -> float:
        self.at += 1
        return self.at


class Site:
    """A platform with a service: who it is there, and the answers its learners got."""

    def __init__(self, settings: Settings, tenant: str, key: str) -> None:
        self.settings = settings
        self.tenant = tenant
        self.headers = {"Authorization": f"Bearer {key}"}
        self.answers: dict[str, dict[str, Any]] = {}

    def live(self) -> None:
        """Each learner looks at something, asks, and every other one takes what came first."""
        with (
            running(self.settings, Clock()) as url,
            httpx.Client(base_url=url, headers=self.headers, timeout=10) as client,
        ):
            for i in range(LEARNERS):
                name = f"learner-{i}"
                send(client, event_id=f"v{i}", learner_id=name, credential_id="c1", kind="view")
                body = {"learner": {"id": name}, "target_role": "odd"}
                answer = client.post("/v1/recommendations", json=body).json()
                self.answers[name] = answer
                if i % 2:
                    send(
                        client,
                        event_id=f"e{i}",
                        learner_id=name,
                        credential_id=answer["items"][0]["credential"],
                        request_id=answer["request_id"],
                    )
            words = {"learner": {"id": "learner-0"}, "target_role": {"text": "odd things"}}
            client.post("/v1/recommendations", json=words)


def send(client: httpx.Client, **event: str) -> None:
    assert client.post("/v1/events", json={"events": [event]}).status_code == 202


@pytest.fixture(scope="module")
def site(
    bundle_folder: Path,
    keys_file: Path,
    keys: Keys,
    embedded_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Site:
    key = keys.fresh()
    tenant = next(kept.tenant for kept in keys.kept if kept.id == key.split("_")[1])
    folder = tmp_path_factory.mktemp("site")
    file = folder / "experiments.toml"
    file.write_text(EXPERIMENTS.replace("TENANT", tenant))
    settings = Settings(
        var=folder,
        bundle=bundle_folder,
        api_keys_file=keys_file,
        redis_url=embedded_url,
        store_timeout=5,
        store_patience=5,
        experiments_file=file,
    )
    found = Site(settings, tenant, key)
    found.live()
    return found


@pytest.fixture
def command(site: Site, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A command on the store of the site, for its tenant."""
    assert site.settings.redis_url is not None
    monkeypatch.setenv("CAIRN_REDIS_URL", site.settings.redis_url.get_secret_value())
    monkeypatch.setenv("CAIRN_EXPERIMENTS_FILE", str(site.settings.experiments_file))
    monkeypatch.setenv("CAIRN_BUNDLE", str(site.settings.bundle))
    monkeypatch.setenv("CAIRN_STORE_TIMEOUT", str(site.settings.store_timeout))

    def ours(*arguments: object) -> tuple[int, str, str]:
        return run(*arguments, "--tenant", site.tenant)

    return ours


def test_a_decision_is_shown(site: Site, command: Run) -> None:
    answer = site.answers["learner-3"]
    code, out, _ = command("decisions", "show", answer["request_id"], "--json")
    [kept] = json.loads(out)["items"]
    assert code == 0
    assert [item["credential"] for item in kept["items"]] == [
        item["credential"] for item in answer["items"]
    ]
    code, out, _ = command("decisions", "show", answer["request_id"])
    assert (code, "experiment first place" in out, answer["bundle_version"] in out) == (0, 1, 1)
    code, _, err = command("decisions", "show", "nothing-like-it")
    assert (code, "no decision is kept under nothing-like-it" in err) == (1, True)


def test_decisions_are_exported_for_work_elsewhere(
    site: Site, command: Run, tmp_path: Path
) -> None:
    file = tmp_path / "decisions.parquet"
    code, out, _ = command("decisions", "export", "--out", file)
    table = read_parquet(file).read_all()
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    shown = sum(len(answer["items"]) for answer in site.answers.values())
    assert (code, f"of {LEARNERS + 1} answers" in out) == (0, True)
    assert len(columns["rank"]) >= shown
    first = columns["request_id"].index(site.answers["learner-5"]["request_id"])
    item = site.answers["learner-5"]["items"][0]
    assert columns["credential"][first] == item["credential"]
    assert columns["score"][first] == item["score"]
    assert json.loads(columns["sources"][first]) == item["sources"]
    odds = [odd for odd in columns["propensity"] if odd is not None]
    assert odds
    assert all(0 < odd < 1 for odd in odds)
    assert b"learner-" not in file.read_bytes()


def test_reading_is_audited(command: Run, site: Site) -> None:
    command("decisions", "show", site.answers["learner-1"]["request_id"])
    code, out, _ = command("log", "audit", "--json")
    last = json.loads(out)[-1]
    assert (code, last["key"], last["act"], last["tenant"]) == (
        0, "cli", "read_decision", site.tenant,
    )  # fmt: skip
    assert last["request"] == site.answers["learner-1"]["request_id"]
    code, out, _ = command("log", "audit")
    assert (code, "read_decision" in out) == (0, True)


def test_an_experiment_is_reported(command: Run) -> None:
    code, out, _ = command("experiment", "report", "first place", "--json")
    found = json.loads(out)
    assert (code, found["control"], found["judged"]) == (0, "control", None)
    arms = {arm["variant"]: arm for arm in found["arms"]}
    assert sum(arm["learners"] for arm in arms.values()) == LEARNERS
    assert sum(arm["completions"] for arm in arms.values()) == LEARNERS / 2
    assert arms["control"]["gain"] is None
    for arm in arms.values():
        assert arm["share"] == pytest.approx(1 / 3)
        assert arm["rate"]["low"] <= arm["rate"]["value"] <= arm["rate"]["high"]
    code, out, _ = command("experiment", "report", "first place", "--conversion", "enrol")
    assert (code, "0.00%" in out, "as they should" in out) == (0, True, True)


def test_the_ranking_that_logged_is_judged_as_it_earned(command: Run) -> None:
    """Asked again, each answer has the very odds it was given with, though learners went on."""
    code, out, _ = command("experiment", "report", "first place", "--target", "chance", "--json")
    judged = json.loads(out)["judged"]
    worth = judged["worth"]
    assert (code, worth["covered"]["value"]) == (0, pytest.approx(1.0))
    assert worth["effective"] == pytest.approx(worth["answers"])
    assert worth["ips"]["value"] == pytest.approx(judged["reward"]["value"])
    assert 0 < judged["reward"]["value"] < 1


def test_another_ranking_is_judged(command: Run, site: Site) -> None:
    for target in ("keen", site.settings.bundle):
        code, out, _ = command("experiment", "report", "first place", "--target", target)
        assert (code, "SNIPS" in out, f"What {target} would" in out) == (0, 1, 1)
    code, _, err = command("experiment", "report", "first place", "--target", "nobody")
    assert (code, "neither a variant of 'first place'" in err) == (2, True)
    code, _, err = command("experiment", "report", "another")
    assert (code, "within an experiment 'another'" in err) == (2, True)
