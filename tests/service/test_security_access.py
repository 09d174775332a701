"""Who gets in, what they see of others, and what is never told to anybody."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from conftest import DAY, Keys, running
from tiny_bundle import TRAINED_AT

from service import events
from service.settings import Settings
from service.tenants.auth import KeyFile, Scope, new_key

OPEN: Final = {"/healthz", "/readyz", "/metrics"}


@pytest.fixture(scope="module")
def key(keys: Keys) -> str:
    return keys.fresh()


def secret_of(key: str) -> str:
    """The part that is to be kept: it may hold underscores itself."""
    return key.split("_", 2)[2]


def forged(key: str) -> list[str]:
    """Headers that are nearly right."""
    secret = secret_of(key)
    start = key.removesuffix(f"_{secret}")
    digest = hashlib.sha256(key.encode()).hexdigest()
    return [
        "", "Bearer", key, f"Basic {key}", f"Token {key}", f"Bearer {key}x",
        f"Bearer {key[:-1]}", f"Bearer {start}_", f"Bearer {start}_{'A' * len(secret)}",
        f"Bearer {start}_{digest}", f"Bearer {digest}", f"Bearer {key.upper()}", f"Bearer {key} x",
        f"Bearer x {key}", f"Bearer _{key}", f"Bearer {key},{key}", "Bearer cairn__", "Bearer ___",
        "Bearer " + "a" * 10_000, "Bearer cairn_\u00e9_x", "Bearer null", "Bearer *",
    ]  # fmt: skip


def test_a_key_that_is_nearly_right_opens_nothing(url: str, key: str) -> None:
    good = httpx.get(f"{url}/v1/model", headers={"Authorization": f"Bearer {key}"})
    assert good.status_code == 200
    for header in forged(key):
        given = {"Authorization": header.encode("utf-8")}
        response = httpx.get(f"{url}/v1/model", headers=given)
        assert response.status_code == 401, header
        assert key not in response.text
    for place in (f"?key={key}", f"?access_token={key}", f"?Authorization=Bearer%20{key}"):
        assert httpx.get(f"{url}/v1/model{place}").status_code == 401
    assert httpx.get(f"{url}/v1/model", cookies={"Authorization": key}).status_code == 401


def test_every_operation_but_those_of_watchers_asks_for_a_key(url: str) -> None:
    api = httpx.get(f"{url}/openapi.json").json()
    for path, verbs in api["paths"].items():
        for verb in verbs:
            answered = httpx.request(verb, url + path.replace("{", "").replace("}", ""), json={})
            assert (answered.status_code == 401) != (path in OPEN), (verb, path)


def test_the_description_says_what_asks_for_a_key(url: str) -> None:
    paths = httpx.get(f"{url}/openapi.json").json()["paths"].items()
    secured = {path for path, verbs in paths for verb in verbs.values() if "security" in verb}
    assert secured == {path for path, _ in paths} - OPEN


def test_tenants_see_nothing_of_each_other(url: str, keys: Keys) -> None:
    one, other = ({"Authorization": f"Bearer {keys.fresh()}"} for _ in range(2))
    event = {"event_id": "same", "learner_id": "me", "credential_id": "c1"}
    with httpx.Client(base_url=url, headers=one) as client:
        client.put("/v1/learners/me", json={"skills": ["secret craft"]})
        assert client.post("/v1/events", json={"events": [event]}).json()["accepted"] == 1
    with httpx.Client(base_url=url, headers=other) as client:
        assert client.get("/v1/learners/me").status_code == 404
        export = client.get("/v1/learners/me/export").json()
        assert (export["profile"], export["events"]) == (None, [])
        assert client.post("/v1/events", json={"events": [event]}).json()["accepted"] == 1
        assert client.delete("/v1/learners/me").json()["erased_events"] == 1
    with httpx.Client(base_url=url, headers=one) as client:
        assert client.get("/v1/learners/me").json()["skills"][0]["skill"] == "secret craft"
        assert len(client.get("/v1/learners/me/export").json()["events"]) == 1


@pytest.fixture
def own(bundle_folder: Path, embedded_url: str, tmp_path: Path) -> Settings:
    """A service of its own, which logs everything."""
    (tmp_path / "keys.json").write_text(KeyFile(keys=[]).model_dump_json())
    key, _ = new_key("demo", frozenset(Scope))
    return Settings(
        var=tmp_path, bundle=bundle_folder, api_keys_file=tmp_path / "keys.json", demo_key=key,
        redis_url=embedded_url, log_level="debug", store_timeout=5, store_patience=5,
    )  # fmt: skip


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_no_secret_and_no_learner_is_logged_or_counted(
    own: Settings, everything: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    assert own.demo_key is not None
    key = own.demo_key.get_secret_value()
    event = {"event_id": "ev-secret", "learner_id": "le-secret", "credential_id": "c1"}
    with running(own, lambda: TRAINED_AT + 100 * DAY) as url:
        caller = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})
        with caller as client:
            client.post("/v1/events", json={"events": [event]})
            client.post("/v1/events", json={"events": [event | {"kind": "pi-secret"}]})
            client.post("/v1/recommendations", json={"learner": {"id": "le-secret"}})
            client.put("/v1/learners/le-secret", json={"skills": ["sk-secret"]})
            client.get("/v1/learners/le-secret?q=qu-secret")
            metrics = client.get("/metrics").text
    theirs = {"httpx", "httpcore.http11", "httpcore.connection", "asyncio"}  # the callers' own
    logged = "\n".join(r.getMessage() for r in everything.records if r.name not in theirs)
    shown = logged + metrics + "".join(capfd.readouterr())
    assert "secret" not in shown
    assert key not in shown
    assert secret_of(key) not in shown


def test_settings_do_not_show_their_secrets(own: Settings) -> None:
    hidden = own.model_copy(update={"redis_url": own.redis_url})
    assert own.demo_key is not None
    for shown in (repr(hidden), str(hidden), hidden.model_dump_json(), repr(hidden.model_dump())):
        assert own.demo_key.get_secret_value() not in shown
    secret = Settings(redis_url="redis://:passw0rd@store/0")
    assert "passw0rd" not in repr(secret) + str(secret)


def test_a_failure_tells_nothing_of_the_inside(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> None:
        raise RuntimeError("inside: /srv/cairn redis://:passw0rd@store")

    monkeypatch.setattr(events, "record", failing)
    assert own.demo_key is not None
    headers = {"Authorization": f"Bearer {own.demo_key.get_secret_value()}"}
    event = {"event_id": "e", "learner_id": "l", "credential_id": "c"}
    with running(own) as url:
        response = httpx.post(f"{url}/v1/events", json={"events": [event]}, headers=headers)
    assert response.status_code == 500
    assert set(response.json()) == {"type", "title", "status", "detail", "request_id"}
    for word in ("inside", "passw0rd", "Traceback", "RuntimeError", ".py"):
        assert word not in response.text
