"""A tenant's part of the catalogue over HTTP: what is hidden is as if it were not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import DAY, running
from tiny_bundle import TRAINED_AT, write_bundle

from service.settings import Settings
from service.tenants.auth import KeyFile, Scope, new_key

TERMS = """
[tenants.some]
owns_histories = true
catalogue = {issuers = ["Example Institute"], include = ["c3"], exclude = ["c2", "c6"]}
[tenants.all]
owns_histories = true
[tenants.other]
bundle = "other/VERSION"
"""
SHOWN = {"c0", "c3", "c4", "c8"}
HIDDEN = [f"c{i}" for i in range(10) if f"c{i}" not in SHOWN]


@pytest.fixture(scope="module")
def callers(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, httpx.Client]]:
    folder = tmp_path_factory.mktemp("shelves")
    other = write_bundle(folder / "other", favourite=7)
    made = {name: new_key(name, frozenset(Scope)) for name in ("some", "all", "other")}
    kept = [each for _, each in made.values()]
    (folder / "keys.json").write_text(KeyFile(keys=kept).model_dump_json())
    (folder / "tenants.toml").write_text(TERMS.replace("VERSION", other.name))
    settings = Settings(
        var=folder,
        bundle=bundle_folder,
        api_keys_file=folder / "keys.json",
        tenants_file=folder / "tenants.toml",
        redis_url=embedded_url,
        store_timeout=5,
        store_patience=5,
    )
    with running(settings, lambda: TRAINED_AT + DAY) as url:
        callers = {
            name: httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=10)
            for name, (key, _) in made.items()
        }
        yield callers
        for caller in callers.values():
            caller.close()


def post(caller: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    response = caller.post(f"/v1/{path}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def names(answer: object) -> set[str]:
    """Every credential that an answer names anywhere, by id or by title."""
    text = str(answer)
    return {f"c{i}" for i in range(10) if f"'c{i}'" in text or f"Course {i}" in text}


def test_a_hidden_credential_is_answered_as_one_that_is_not_there(
    callers: dict[str, httpx.Client],
) -> None:
    headers = {"X-Request-ID": "same"}
    absent = callers["some"].get("/v1/credentials/none", headers=headers)
    assert absent.status_code == 404
    for name in HIDDEN:
        hidden = callers["some"].get(f"/v1/credentials/{name}", headers=headers)
        assert (hidden.status_code, hidden.content) == (404, absent.content)
        assert callers["all"].get(f"/v1/credentials/{name}").status_code == 200


def test_search_and_listing_count_only_what_is_shown(callers: dict[str, httpx.Client]) -> None:
    for query in ("", "course", "Course 1"):
        page = callers["some"].get("/v1/credentials", params={"q": query, "limit": 100}).json()
        assert names(page["items"]) <= SHOWN
        assert page["total"] == len(page["items"])
        assert callers["all"].get("/v1/credentials", params={"q": query}).json()["total"] in (1, 10)
    pages = [
        callers["some"].get("/v1/credentials", params={"limit": 3, "offset": at}).json()["items"]
        for at in (0, 3)
    ]
    assert [card["id"] for page in pages for card in page] == sorted(SHOWN)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("recommendations", {"limit": 100}),
        ("recommendations", {"limit": 100, "target_role": "even/role"}),
        ("paths", {"target_role": "even/role"}),
        ("paths", {"target_role": "odd", "constraints": {"hours_per_week": 5}}),
        ("paths/compare", {"target_roles": ["even/role", "odd"]}),
        ("roles/closest", {"reach": 0.2}),
    ],
)
@pytest.mark.parametrize(
    "learner",
    [
        {},
        {"id": "ada"},
        {"credentials": ["c2", "c4"]},
        {"history": [{"credential_id": f"c{i}", "kind": "click"} for i in (1, 2, 6, 9)]},
        {"skills": [{"skill": "Topic 2", "level": 1}], "verified": ["c6"]},
    ],
)
def test_no_answer_names_what_is_hidden(
    callers: dict[str, httpx.Client], path: str, body: dict[str, Any], learner: dict[str, Any]
) -> None:
    asked = {**body, "learner": learner}
    answer = post(callers["some"], path, asked)
    assert names(answer) <= SHOWN
    if path == "recommendations":
        pinned = post(callers["some"], path, {**asked, "pinned": HIDDEN})
        assert {**pinned, "request_id": None} == {**answer, "request_id": None}
        assert names(post(callers["all"], path, asked)) - SHOWN


def test_what_is_asked_for_by_an_issuer_of_hidden_ones_is_not_told(
    callers: dict[str, httpx.Client],
) -> None:
    body = {"target_role": "odd", "constraints": {"issuers": ["Nobody"], "include_unknown": False}}
    answer = post(callers["some"], "paths", {**body, "learner": {}})
    assert not answer["feasible"]
    assert names(answer) <= SHOWN


def test_to_hold_what_is_hidden_opens_nothing_and_its_name_is_left_out(
    callers: dict[str, httpx.Client],
) -> None:
    card = callers["some"].get("/v1/credentials/c3").json()
    assert card["prerequisites"] == {"credential": None}
    assert callers["all"].get("/v1/credentials/c3").json()["prerequisites"] == {"credential": "c2"}
    body = {"learner": {"credentials": ["c2"]}, "limit": 100}
    for name, expected in (("some", False), ("all", True)):
        items = post(callers[name], "recommendations", body)["items"]
        assert ("c3" in {item["credential"] for item in items}) is expected


def test_tenants_are_served_their_own_bundles(callers: dict[str, httpx.Client]) -> None:
    first = {
        name: post(caller, "recommendations", {"limit": 1})["items"][0]["credential"]
        for name, caller in callers.items()
    }
    assert first == {"some": "c0", "all": "c5", "other": "c7"}
    versions = {
        name: caller.get("/v1/model").json()["bundle_version"] for name, caller in callers.items()
    }
    assert versions["some"] == versions["all"] != versions["other"]
    # Its bundle was trained on the same learners, but nobody said that they are the tenant's.
    assert callers["other"].get("/v1/learners").json() == {"items": []}
    assert len(callers["some"].get("/v1/learners").json()["items"]) == 2
