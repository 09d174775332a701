"""Stages and sources of answers are counted as they were, and standing is told as it is."""

from __future__ import annotations

import mmap
from contextvars import Context
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import DAY, Keys, running, until
from prometheus_client.parser import text_string_to_metric_families
from tiny_bundle import TRAINED_AT

from models import bundle
from models.domain import Ask, Event, Kind, Learner, Target
from models.errors import StoreUnavailable
from models.plan import PathAsk, plan
from models.recommend import recommend
from models.sources import SOURCES
from service.settings import Settings
from service.store import Store
from service.telemetry.memory import memory
from service.telemetry.seen import Seen, Stage, begin, seen

RECOMMENDED = [
    "encode", "read", "gap", "signals", "eligibility", "candidates", "features", "rank",
    "diversify", "explain",
]  # fmt: skip
ASK = {"learner": {"id": "ada"}, "target_role": "odd"}


def samples(client: httpx.Client) -> dict[tuple[str, ...], float]:
    """Values by name and labels (``name=value``, sorted)."""
    found = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            labels = sorted(f"{name}={value}" for name, value in sample.labels.items())
            found[(sample.name, *labels)] = sample.value
    return found


def test_an_observer_is_told_of_every_stage_and_changes_nothing(bundle_folder: Path) -> None:
    loaded = bundle.read(bundle_folder)
    history = (Event("c0", Kind.COMPLETE, TRAINED_AT, None),)
    ask = Ask(Learner(history=history), TRAINED_AT + DAY, Target(id="odd"))
    watching = Seen()
    assert recommend(loaded, ask, watching) == recommend(loaded, ask)
    assert [stage.name for stage in watching.stages] == RECOMMENDED
    assert len(watching.candidates) == len(SOURCES)
    assert watching.candidates[list(SOURCES).index("gap")] > 0
    watching = Seen()
    path = PathAsk(Learner(), Target(id="odd"), TRAINED_AT)
    assert plan(loaded, path, watching) == plan(loaded, path)
    assert [stage.name for stage in watching.stages] == ["encode", "read", "solve", "describe"]


def test_stages_follow_each_other_without_a_hole() -> None:
    watching = Seen()
    for name in ("a", "b", "c"):
        watching.done(name)
    ends = [watching.began, *(stage.ended for stage in watching.stages)]
    assert [stage.began for stage in watching.stages] == ends[:-1]
    assert ends == sorted(ends)
    assert isinstance(watching.stages[0], Stage)


def test_what_happens_outside_of_requests_belongs_to_none() -> None:
    def within() -> None:
        seen().tenant = "nobody"
        assert seen().tenant is None
        mine = begin("r1")
        assert seen() is mine

    Context().run(within)


def test_stages_and_sources_are_counted_for_each_answer(client: httpx.Client) -> None:
    before = samples(client)

    def grown(*key: str) -> float:
        return now.get(key, 0.0) - before.get(key, 0.0)

    listed: set[str] = set()
    for limit in (3, 4, 5):
        answer = client.post("/v1/recommendations", json={**ASK, "limit": limit}).json()
        listed |= {name for item in answer["items"] for name in item["sources"]}
    assert client.post("/v1/paths", json=ASK).status_code == 200
    now = samples(client)
    route = "route=/v1/recommendations"
    for stage in ("parse", "state", *RECOMMENDED, "wire", "serialise"):
        assert grown("cairn_stage_seconds_count", route, f"stage={stage}") == 3, stage
    for stage in ("parse", "state", "wait", "encode", "read", "solve", "describe", "wire"):
        assert grown("cairn_stage_seconds_count", "route=/v1/paths", f"stage={stage}") == 1, stage
    assert listed
    for source in SOURCES:
        contributed = grown("cairn_source_answers_total", f"source={source}")
        assert contributed == (3 if source in listed else 0), source
        assert grown("cairn_candidates_total", f"source={source}") >= contributed
    assert grown("cairn_store_seconds_count") >= 4  # what runs beside requests asks it too


def test_stages_add_up_to_the_time_of_the_request(client: httpx.Client) -> None:
    before = samples(client)
    for _ in range(5):
        assert client.post("/v1/recommendations", json=ASK).status_code == 200
    now = samples(client)
    whole = ("cairn_http_request_seconds_sum", "route=/v1/recommendations")
    parts = [key for key in now if key[:2] == ("cairn_stage_seconds_sum", whole[1])]
    inside = sum(now[key] - before.get(key, 0.0) for key in parts)
    assert 0.5 < inside / (now[whole] - before.get(whole, 0.0)) <= 1.0


def test_standing_is_told(bundle_folder: Path, keys_file: Path, keys: Keys, tmp_path: Path) -> None:
    settings = Settings(
        var=tmp_path,
        bundle=bundle_folder,
        api_keys_file=keys_file,
        redis_url=f"unix://{tmp_path}/nobody.sock",
    )
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with (
        running(settings, lambda: TRAINED_AT + DAY) as address,
        httpx.Client(base_url=address, headers=headers, timeout=10) as client,
    ):
        version = f"version={bundle_folder.name}"
        until(lambda: samples(client).get(("cairn_bundle_info", version)) == 1)
        event = {"event_id": "e", "learner_id": "ada", "credential_id": "c5"}
        assert client.post("/v1/events", json={"events": [event]}).status_code == 202
        until(lambda: samples(client)[("cairn_spooled_events",)] == 1)
        until(lambda: samples(client)[("cairn_store_away",)] == 1)
        client.post("/v1/recommendations", json=ASK)
        assert samples(client)[("cairn_degraded_total", "part=store")] == 1
        own, proportional, resident = (
            samples(client)[("cairn_worker_memory_bytes", f"kind={kind}")]
            for kind in ("own", "proportional", "resident")
        )
        assert 0 < own < proportional <= resident


def test_memory_that_is_written_is_ones_own() -> None:
    before = memory()["own"]
    with mmap.mmap(-1, 30_000_000) as block:  # fresh from the system, whatever was freed before
        for page in range(0, len(block), mmap.PAGESIZE):
            block[page] = 1
        assert 25_000_000 < memory()["own"] - before < 60_000_000


def test_memory_is_unknown_where_the_system_does_not_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("service.telemetry.memory.ROLLUP", tmp_path / "none")
    assert memory() == {}


async def _failing(timed: Any) -> None:
    async with Store("unix:///nowhere/x.sock", 1, 1, timed=timed) as store:
        with pytest.raises(StoreUnavailable):
            await store.ping()


def test_round_trips_that_fail_are_timed_too() -> None:
    import asyncio

    from service.telemetry.metrics import Metrics

    metrics = Metrics()
    asyncio.run(_failing(metrics.inside.store.time))
    assert b"cairn_store_seconds_count 1.0" in metrics.render()
