"""Every route with every scope: who is let in, and that nobody was forgotten."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import running
from every_route import ROUTES, Route, described

from service.settings import Settings
from service.tenants.auth import KeyFile, Scope, new_key

GIVEN = {str(scope): frozenset({scope}) for scope in Scope} | {
    f"all but {scope}": frozenset(Scope) - {scope} for scope in Scope
}
KEYS = {name: new_key("one", scopes) for name, scopes in GIVEN.items()}


@pytest.fixture(scope="module")
def url(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("scopes")
    file = folder / "keys.json"
    file.write_text(KeyFile(keys=[kept for _, kept in KEYS.values()]).model_dump_json())
    settings = Settings(
        var=folder, bundle=bundle_folder, api_keys_file=file, redis_url=embedded_url,
        store_timeout=5, store_patience=5,
    )  # fmt: skip
    with running(settings) as address:
        yield address


def ask(url: str, key: str | None, route: Route) -> int:
    headers = {**route.headers, **({} if key is None else {"Authorization": f"Bearer {key}"})}
    response = httpx.request(
        route.method, url + route.path, headers=headers, json=route.body, timeout=10
    )
    return response.status_code


def test_the_table_holds_every_route(url: str) -> None:
    api = httpx.get(f"{url}/openapi.json").json()
    assert {(route.method, route.template) for route in ROUTES} == described(api)


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_is_open_to_its_scope_alone(url: str, route: Route, given: str) -> None:
    status = ask(url, KEYS[given][0], route)
    if route.scope not in GIVEN[given]:
        assert status == 403
    else:
        assert status in (200, 202, 204, 404)  # of a learner of whom nothing is known


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_is_closed_without_a_key_that_is_known(url: str, route: Route) -> None:
    key, kept = new_key("one", frozenset(Scope))
    wrong = f"cairn_{KEYS[str(route.scope)][1].id}_{secrets.token_urlsafe(32)}"
    for each in (None, key, wrong, kept.sha256, "x"):
        assert ask(url, each, route) == 401
