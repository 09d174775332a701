"""Every method of the Python client against the running service, and what it raises."""

from __future__ import annotations

import asyncio
import inspect
import json
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cairn_client import (
    AsyncClient,
    Client,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Retries,
    TooLarge,
    Unauthorized,
    UnexpectedAnswer,
    Unreachable,
    calls,
    event,
    schema,
)
from conftest import Keys, until
from every_route import BADGE, described
from pydantic import BaseModel, ValidationError

from service.description import description

LEA = schema.LearnerQuery(id="lea", skills=["Topic 1"])
MOMENT = "2023-11-15T00:00:00Z"

CALLS: dict[str, tuple[Any, ...]] = {
    "import_credential": ("lea", json.dumps(BADGE)),
    "put_learner": ("lea", schema.ProfileIn(skills=["Topic 3"], target_role="odd")),
    "record": ([event("lea", "c1"), event("lea", "c2", "save")],),
    "recommend": (schema.RecommendationRequest(learner=LEA, target_role="odd", limit=3),),
    "gap": (LEA, "odd"),
    "path": (
        schema.PathRequest(learner=LEA, target_role=schema.RoleText(text="Keeper of odd things")),
    ),
    "compare": (schema.CompareRequest(learner=LEA, target_roles=["odd", "even/role"]),),
    "closest": (schema.ClosestRequest(limit=2),),
    "match_skills": (schema.MatchRequest(text="Topic 1 and Topic 2"),),
    "path_page": (schema.PathPageRequest(learner=LEA, target_role="odd"),),
    "share_path": (schema.ShareRequest(learner=LEA, target_role="odd"),),
    "widget_token": (schema.TokenIn(learner="lea", origin="https://platform.example"),),
    "learner": ("lea",),
    "known_learners": (5,),
    "roles": ("odd", 5, 0),
    "role": ("even/role",),
    "credentials": ("Course", 5, 1),
    "credential": ("c1",),
    "model": (),
    "export_learner": ("lea",),
    "erase_learner": ("lea",),
    "ready": (),
}
"""Each method with arguments; ``decisions`` comes last, with an id from ``closest``."""


def on_the_wire(key: str, url: str, client_of: Callable[..., Any]) -> dict[str, Any]:
    """What every method answers."""
    found: dict[str, Any] = {}
    with client_of(url, key) as ask:
        for name, arguments in CALLS.items():
            found[name] = ask(name, *arguments)
        until(lambda: is_kept(ask, found["closest"].request_id))
        found["decisions"] = ask("decisions", found["closest"].request_id)
    return found


def is_kept(ask: Callable[..., Any], request_id: str) -> bool:
    """Decisions are logged behind the answer."""
    try:
        return bool(ask("decisions", request_id).items)
    except NotFound:
        return False


class Sync:
    def __init__(self, url: str, key: str) -> None:
        self.client = Client(url, key)

    def __enter__(self) -> Callable[..., Any]:
        return lambda name, *arguments: getattr(self.client, name)(*arguments)

    def __exit__(self, *_: object) -> None:
        self.client.close()


class Async:
    def __init__(self, url: str, key: str) -> None:
        self.client = AsyncClient(url, key)
        self.runner = asyncio.Runner()

    def __enter__(self) -> Callable[..., Any]:
        return lambda name, *arguments: self.runner.run(getattr(self.client, name)(*arguments))

    def __exit__(self, *_: object) -> None:
        self.runner.run(self.client.close())
        self.runner.close()


@pytest.mark.parametrize("kind", [Sync, Async])
def test_every_method_is_answered(kind: Callable[..., Any], url: str, keys: Keys) -> None:
    found = on_the_wire(keys.fresh(), url, kind)
    methods = {
        name
        for name, _ in inspect.getmembers(Client, inspect.isfunction)
        if not name.startswith("_") and name != "close"
    }
    assert found.keys() == methods
    assert (found["record"].accepted, found["record"].duplicates) == (2, 0)
    assert found["learner"].target_role == "odd"
    assert found["learner"].events == 2
    assert len(found["recommend"].items) == 3
    assert found["recommend"].items[0].closes[0].from_ >= 0
    assert {skill.label for skill in found["gap"].skills} == {f"Topic {i}" for i in (1, 3, 5, 7, 9)}
    assert found["path"].feasible
    assert found["path"].role.id == "odd"
    assert found["path_page"].startswith("<!doctype html>")
    assert [each.role.id for each in found["compare"].roles] == ["odd", "even/role"]
    assert found["role"].id == "even/role"
    assert [each.credential_id for each in found["export_learner"].events] == ["c1", "c2"]
    assert found["import_credential"].badges[0].verdict == "claimed"
    assert found["erase_learner"].erased_events == 2
    assert found["decisions"].items[0].route == "closest"
    assert found["widget_token"].learner == "lea"
    assert found["ready"].degraded == []


def test_every_route_has_a_call() -> None:
    samples = {**CALLS, "decisions": ("r1",)}
    made = {
        (call.method, "/".join(NAMES.get(part, part) for part in call.path.split("/")))
        for name, arguments in samples.items()
        for call in [getattr(calls, name)(*arguments, *MORE.get(name, ()))]
    }
    wanted = {
        (method, path) for method, path in described(description()) if not path.startswith(OTHERS)
    }
    assert made >= wanted


OTHERS = ("/v1/xapi/", "/v1/caliper")
"""Routes for whoever speaks these standards, who has a client of their own."""


MORE = {"import_credential": (None,)}
NAMES = {
    "lea": "{learner_id}",
    "even%2Frole": "{role_id}",
    "c1": "{credential_id}",
    "r1": "{request_id}",
}


@pytest.fixture
def cairn(url: str, keys: Keys) -> Iterator[Client]:
    with Client(url, keys.fresh(), retries=Retries(total=0)) as client:
        yield client


@pytest.mark.parametrize(
    "name", ["a/b", "..", ".", "https://people.example/ü?x=1#y", "a b%2F", "+"]
)
def test_ids_of_any_letters_reach_the_service(name: str, cairn: Client) -> None:
    cairn.put_learner(name, schema.ProfileIn(attributes={"seen": True}))
    assert cairn.learner(name).id == name
    assert cairn.erase_learner(name).id == name


def test_no_id_is_not_sent(cairn: Client) -> None:
    with pytest.raises(ValueError, match="expected an id"):
        cairn.erase_learner("")


def test_an_unknown_key_is_unauthorized(url: str) -> None:
    with Client(url, "cairn_nobody_" + "x" * 40) as client, pytest.raises(Unauthorized) as refused:
        client.model()
    assert refused.value.status == 401
    assert refused.value.request_id


def test_a_missing_scope_is_forbidden(url: str, keys: Keys) -> None:
    with Client(url, keys.limited) as client, pytest.raises(Forbidden, match="learners"):
        client.learner("lea")


def test_what_is_not_there_is_not_found(cairn: Client) -> None:
    with pytest.raises(NotFound, match="404"):
        cairn.credential("nowhere")


def test_faults_are_all_named(cairn: Client) -> None:
    request = schema.RecommendationRequest(limit=0, goal_weight=2)
    with pytest.raises(Invalid, match="/goal_weight") as refused:
        cairn.recommend(request)
    assert {fault.pointer for fault in refused.value.faults} == {"/limit", "/goal_weight"}


def test_a_misspelt_field_is_told_before_anything_is_sent() -> None:
    with pytest.raises(ValidationError, match="lerner"):
        schema.RecommendationRequest.model_validate({"lerner": {}})


def test_a_body_that_is_too_large(cairn: Client) -> None:
    with pytest.raises(TooLarge):
        cairn.record([event("lea", "c1", event_id=f"{i:0500}") for i in range(50)])


def test_another_server_is_noticed(url: str, keys: Keys) -> None:
    with Client(f"{url}/docs", keys.fresh()) as client, pytest.raises(Problem) as refused:
        client.model()
    assert refused.value.status == 404
    with Client(url, keys.fresh()) as client, pytest.raises(UnexpectedAnswer, match="ModelOut"):
        client._answer(calls.Call("GET", "/docs", schema.ModelOut))


def test_nobody_there_is_unreachable(keys: Keys) -> None:
    nobody = Client("http://127.0.0.1:9", keys.fresh(), retries=Retries(total=0))
    with nobody, pytest.raises(Unreachable, match="ConnectError"):
        nobody.model()


@pytest.mark.parametrize("key", ["", "two\nlines", "schlüssel"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="API key") as refused:
        Client("http://127.0.0.1:9", key)
    assert not key or key not in str(refused.value)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="expected an address"):
        Client("cairn.example", "key")


def test_no_text_shows_the_key(url: str, keys: Keys, caplog: pytest.LogCaptureFixture) -> None:
    key = keys.fresh()
    caplog.set_level("DEBUG")
    with Client(url, key) as client:
        with pytest.raises(NotFound) as refused:
            client.credential("nowhere")
        # Without the first frame, which is this test's and has the key.
        frames = refused.value.__traceback__.tb_next  # type: ignore[union-attr]
        shown = traceback.TracebackException(NotFound, refused.value, frames, capture_locals=True)
        client.model()
    texts = [
        "".join(shown.format()),
        repr(client),
        repr(AsyncClient(url, key)),
        repr(vars(client)),
        caplog.text,
    ]
    assert url in texts[1] and "GET" in caplog.text
    # The secret is what follows the key's name, and may itself have underscores.
    secret = key.split("_", 2)[2]
    assert len(secret) > 40 and not [text for text in texts if secret in text]


def test_only_what_was_set_is_sent() -> None:
    request = schema.RecommendationRequest(learner=schema.LearnerQuery(id="lea"), limit=3)
    assert calls.recommend(request).content() == b'{"learner":{"id":"lea"},"limit":3}'
    assert calls.model().content() is None


def test_what_a_newer_service_adds_is_passed_over() -> None:
    class Newer(BaseModel):
        accepted: int = 1
        duplicates: int = 0
        later: str = "new"

    assert schema.EventsOut.model_validate_json(Newer().model_dump_json()).accepted == 1
