"""Widget tokens: what one opens, and for whom, where and how long; and all that it does not."""

from __future__ import annotations

import base64
import json
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import until
from every_route import ROUTES, Route
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey
from pages import ELSEWHERE, EXPIRED, ORIGIN, Platform, platform
from test_outage import valkey

from service.tenants.auth import Scope, new_key

SECRET = "a secret that nobody can guess, of more than 32 characters"
ALL = ["recommend", "events", "learners"]
FOR_KEYS = {"PUT", "DELETE"}
FOR_SERVERS = ("/v1/widget-tokens", "/v1/xapi/", "/v1/caliper")
VOUCHING = "/v1/learners/{learner_id}/credentials"
OF_NOBODY = "/v1/skills/match"
"""Takes a text, and answers alike whoever asks."""


@pytest.fixture(scope="module")
def site(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("site")
    with platform(folder, bundle_folder, embedded_url, "site", token_secret=SECRET) as made:
        yield made


@pytest.fixture(scope="module")
def token(site: Platform) -> str:
    return site.token(scopes=ALL, seconds=3600)


def bodied(route: Route, learner: str | None) -> Any:
    """The route's body with that learner in it."""
    match route.body:
        case {"events": events}:
            return {"events": [{**event, "learner_id": learner} for event in events]}
        case dict(body) if route.method == "POST" and route.template != OF_NOBODY:
            return {**body, "learner": {} if learner is None else {"id": learner}}
    return route.body


def path_of(route: Route, learner: str) -> str:
    return route.path.replace("/learners/lea", f"/learners/{learner}")


def opened(route: Route) -> bool:
    """Whether a widget may use the route at all."""
    told = route.template.startswith(FOR_SERVERS) or route.template == VOUCHING
    return route.method not in FOR_KEYS and route.scope is not Scope.ADMIN and not told


OPEN = [route for route in ROUTES if opened(route)]
ABOUT = [
    each
    for each in OPEN
    if "learner_id" in each.template or (each.method == "POST" and each.template != OF_NOBODY)
]


def asked(site: Platform, token: str, route: Route, learner: str = "ada") -> httpx.Response:
    return site.send(
        route.method, path_of(route, learner), token, ORIGIN, json=bodied(route, learner)
    )


@pytest.mark.parametrize("route", OPEN, ids=str)
def test_a_widget_is_answered_about_its_learner_on_its_page(
    site: Platform, token: str, route: Route
) -> None:
    response = asked(site, token, route)
    assert response.status_code in (200, 202)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "Origin" in response.headers["vary"]
    assert "access-control-allow-credentials" not in response.headers
    assert "set-cookie" not in response.headers


def test_the_answer_to_a_platform_says_whose_and_until_when(site: Platform) -> None:
    response = site.ask(learner="someone/odd ü", seconds=60)
    told = response.json()
    assert told["learner"] == "someone/odd ü"
    assert told["expires_at"] == "2024-02-22T22:14:20Z"
    assert set(told) == {"token", "expires_at", "learner"}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("route", OPEN, ids=str)
def test_security_a_token_is_refused_from_another_origin_and_without_one(
    site: Platform, token: str, route: Route
) -> None:
    strangers = (
        "https://evil.example", "http://platform.example", f"{ORIGIN}:8443", f"{ORIGIN}.evil.io",
        "https://sub.platform.example", "null", "", f"{ORIGIN}/", ORIGIN.upper(), None,
    )  # fmt: skip
    for origin in strangers:
        response = site.send(
            route.method, path_of(route, "ada"), token, origin, json=bodied(route, "ada")
        )
        assert (response.status_code, response.json()["type"]) == (403, ELSEWHERE), origin
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("route", ABOUT, ids=str)
def test_security_a_token_tells_nothing_of_other_learners(
    site: Platform, token: str, route: Route
) -> None:
    site.send("PUT", "/v1/learners/bob", site.key, json={"skills": ["secret craft"]})
    for learner in ("bob", "nobody", "Ada", "ada/", "ada%2f"):
        response = asked(site, token, route, learner)
        told = response.json()
        assert response.status_code == 403
        assert told["detail"] == "This widget token is for another learner."


def test_security_a_token_asks_about_somebody(site: Platform, token: str) -> None:
    for route in ABOUT:
        if route.method == "POST" and route.scope is Scope.RECOMMEND:
            response = site.send("POST", route.path, token, ORIGIN, json=bodied(route, None))
            assert response.status_code == 403, route


def test_security_a_batch_with_one_event_of_another_is_refused_whole(
    site: Platform, token: str
) -> None:
    events = [
        {"event_id": f"mixed-{name}", "learner_id": name, "credential_id": "c7"}
        for name in ("ada", "bob")
    ]
    response = site.send("POST", "/v1/events", token, ORIGIN, json={"events": events})
    assert response.status_code == 403
    for name in ("ada", "bob"):
        export = site.send("GET", f"/v1/learners/{name}/export", site.key).json()
        assert "c7" not in {event["credential_id"] for event in export["events"]}


def test_security_the_ids_of_events_of_others_are_neither_told_nor_taken(
    site: Platform, token: str
) -> None:
    def send(bearer: str, origin: str | None, learner: str, event_id: str) -> dict[str, int]:
        event = {"event_id": event_id, "learner_id": learner, "credential_id": "c6"}
        response = site.send("POST", "/v1/events", bearer, origin, json={"events": [event]})
        counts: dict[str, int] = response.json()
        return counts

    new, known = {"accepted": 1, "duplicates": 0}, {"accepted": 0, "duplicates": 1}
    assert send(site.key, None, "bob", "order-1") == new
    assert send(token, ORIGIN, "ada", "order-1") == new  # does not tell that there is one
    assert send(token, ORIGIN, "ada", "order-1") == known
    assert send(token, ORIGIN, "ada", "order-2") == new
    assert send(site.key, None, "bob", "order-2") == new  # was not taken away


def test_security_a_widget_vouches_for_nothing(site: Platform, token: str) -> None:
    for route in ABOUT:
        if route.method == "POST" and route.scope is Scope.RECOMMEND:
            body = {**bodied(route, "ada"), "learner": {"id": "ada", "verified": ["c1"]}}
            assert site.send("POST", route.path, token, ORIGIN, json=body).status_code == 403
            assert site.send("POST", route.path, site.key, json=body).status_code == 200


@pytest.mark.parametrize("route", [each for each in ROUTES if not opened(each)], ids=str)
def test_security_a_token_never_writes_erases_administers_or_issues(
    site: Platform, token: str, route: Route
) -> None:
    response = asked(site, token, route)
    assert response.status_code == 403
    assert response.json()["detail"] == "A widget token does not allow this."


@pytest.mark.parametrize("scope", ALL)
def test_security_a_token_opens_only_its_scopes(site: Platform, scope: str) -> None:
    token = site.token(scopes=[scope])
    for route in OPEN:
        expected = {200, 202} if route.scope == scope else {403}
        assert asked(site, token, route).status_code in expected, route


def test_security_a_key_issues_only_what_it_holds(site: Platform, tmp_path: Path) -> None:
    poor, kept = new_key("site", frozenset({Scope.RECOMMEND}))
    blind, other = new_key("site", frozenset(Scope) - {Scope.RECOMMEND})
    site.allow(site.kept, kept, other)
    body = {"learner": "ada", "origin": ORIGIN}

    def issue(key: str, *scopes: str) -> int:
        asked = {**body, "scopes": list(scopes)}
        return site.send("POST", "/v1/widget-tokens", key, json=asked).status_code

    until(lambda: issue(poor, "recommend") == 200)
    assert issue(poor, "recommend", "events") == issue(poor, "learners") == 403
    assert issue(blind, "events") == 403
    assert issue(site.key, "admin") == issue(site.key) == 422


@pytest.mark.parametrize(
    "asked",
    [
        *({"origin": each} for each in (
            "platform.example", "https://platform.example/", "https://a b", "https://*", "null",
            "https://user@platform.example", "https://platform.example?x", "javascript://x",
            "https://PLATFORM.example", "https://x:0", "https://x:999999", "", "*",
        )),
        {"seconds": 59}, {"seconds": 3601}, {"seconds": "900"}, {"learner": ""},
        {"scopes": "recommend"}, {"tenant": "other"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_not_issued(site: Platform, asked: dict[str, Any]) -> None:
    assert site.ask(**asked).status_code == 422


def test_a_default_port_is_none(site: Platform) -> None:
    token = site.token(origin=f"{ORIGIN}:443")
    assert site.send("GET", "/v1/model", token, ORIGIN).status_code == 200
    token = site.token(origin=f"{ORIGIN}:80")
    assert site.send("GET", "/v1/model", token, f"{ORIGIN}:80").status_code == 200


def test_security_an_expired_token_is_told_as_such_to_its_page_alone(site: Platform) -> None:
    token, began = site.token(seconds=60), site.now
    try:
        site.now = int(began) + 59.9
        assert site.send("GET", "/v1/model", token, ORIGIN).status_code == 200
        site.now = int(began) + 60
        response = site.send("GET", "/v1/model", token, ORIGIN)
        assert (response.status_code, response.json()["type"]) == (401, EXPIRED)
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert "invalid_token" in response.headers["www-authenticate"]
        response = site.send("GET", "/v1/model", token, "https://evil.example")
        assert (response.status_code, response.json()["type"]) == (403, ELSEWHERE)
    finally:
        site.now = began


def test_security_a_token_ends_with_its_key(site: Platform) -> None:
    key, kept = new_key("site", frozenset(Scope))
    site.allow(site.kept, kept)
    body = {"learner": "ada", "origin": ORIGIN}
    until(lambda: site.send("POST", "/v1/widget-tokens", key, json=body).status_code == 200)
    token = site.send("POST", "/v1/widget-tokens", key, json=body).json()["token"]

    def status() -> int:
        return site.send("GET", "/v1/model", token, ORIGIN).status_code

    assert status() == 200
    site.allow(site.kept, kept.model_copy(update={"scopes": frozenset({Scope.EVENTS})}))
    until(lambda: status() == 403)
    site.allow(site.kept, kept.model_copy(update={"revoked": True}))
    until(lambda: status() == 401)
    site.allow(site.kept, kept.model_copy(update={"tenant": "another"}))
    until(lambda: site.send("GET", "/v1/model", key).status_code == 200)
    assert status() == 401
    response = site.send("GET", "/v1/model", token, ORIGIN)
    assert response.json()["type"] == "urn:cairn:problem:unauthorized"
    assert response.headers["access-control-allow-origin"] == ORIGIN


def part(text: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


def packed(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_security_a_token_that_was_not_made_here_opens_nothing(site: Platform, token: str) -> None:
    head, body, mark = token.split(".")
    claims = part(body)
    right = OctKey.import_key(SECRET)
    wrong = OctKey.import_key("another secret, also of more than 32 characters")
    assert jwt.encode({"alg": "HS256"}, claims, right).split(".")[1] == body
    bob = {**claims, "sub": "bob"}
    forged = [
        f"{head}.{packed(bob)}.{mark}", f"{head}.{body}.", f"{head}.{body}",
        f"{head}.{body}.{mark}A",
        f"{packed({'alg': 'none'})}.{body}.", f"{packed({'alg': 'None'})}.{body}.{mark}",
        f"{packed({'alg': 'RS256'})}.{body}.{mark}", f"{packed({'typ': 'JWT'})}.{body}.{mark}",
        f"{packed({'alg': 'HS256', 'crit': ['x'], 'x': 1})}.{body}.{mark}",
        jwt.encode({"alg": "HS256"}, claims, wrong),
        jwt.encode({"alg": "HS512"}, claims, right, ["HS512"]),
        jwt.encode({"alg": "HS256"}, {**claims, "aud": "cairn:lti"}, right),
        token.replace(".", " "), "..", "a.b.c", f"{token}.{mark}", "e" * 100_00,
    ]  # fmt: skip
    for each in forged:
        response = site.send("GET", "/v1/model", each, ORIGIN)
        assert response.status_code == 401, each
        assert "access-control-allow-origin" not in response.headers
    assert site.send("GET", "/v1/model", token, ORIGIN).status_code == 200


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200))
def test_security_whatever_is_presented_is_refused_in_order(site: Platform, text: str) -> None:
    assert site.send("GET", "/v1/model", f"{text}.e30.x", ORIGIN).status_code == 401


def test_a_page_of_the_service_itself_may_ask(site: Platform) -> None:
    token = site.token(origin=site.url)
    here = {"Sec-Fetch-Site": "same-origin"}
    assert site.send("GET", "/v1/model", token, headers=here).status_code == 200
    assert site.send("GET", "/v1/model", token, site.url).status_code == 200
    assert site.send("GET", "/v1/model", token).status_code == 403
    away = {"Sec-Fetch-Site": "same-site"}
    assert site.send("GET", "/v1/model", token, headers=away).status_code == 403
    elsewhere = site.token()
    assert site.send("GET", "/v1/model", elsewhere, headers=here).status_code == 403


def test_a_page_can_read_what_was_wrong(site: Platform, token: str) -> None:
    told = [
        site.send("GET", "/v1/roles/none", token, ORIGIN),
        site.send("POST", "/v1/paths", token, ORIGIN, json={"learner": 1}),
        site.send("DELETE", "/v1/learners/ada", token, ORIGIN),
    ]
    assert [each.status_code for each in told] == [404, 422, 403]
    for each in told:
        assert each.headers["access-control-allow-origin"] == ORIGIN
        assert "X-Request-ID" in each.headers["access-control-expose-headers"]


def test_any_page_may_ask_whether_it_may_ask(site: Platform) -> None:
    asked = {
        "Origin": "https://anybody.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    response = httpx.options(f"{site.url}/v1/recommendations", headers=asked)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-methods"] == "GET, POST"
    assert "authorization" in response.headers["access-control-allow-headers"].lower()
    assert httpx.options(f"{site.url}/v1/recommendations").status_code == 405
    assert httpx.options(f"{site.url}/metrics", headers=asked).status_code == 405


def test_security_no_token_is_logged_or_told(
    bundle_folder: Path,
    embedded_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        platform(
            tmp_path, bundle_folder, embedded_url, "quiet",
            token_secret=SECRET, log_level="debug", log_format="json",
        ) as site,
    ):  # fmt: skip
        # A name that no hexadecimal id holds by chance.
        token = site.token(learner="ursula")
        answers = [
            site.send("GET", "/v1/model", token, ORIGIN),
            site.send("GET", "/v1/model", token, "https://evil.example"),
            site.send("GET", "/v1/model", f"{token}x", ORIGIN),
            site.send("PUT", "/v1/learners/ursula", token, ORIGIN, json={}),
        ]
        told = "".join(each.text for each in answers) + httpx.get(f"{site.url}/metrics").text
    theirs = {"httpx", "httpcore.http11", "httpcore.connection", "asyncio"}
    told += "".join(r.getMessage() for r in caplog.records if r.name not in theirs)
    told += "".join(capfd.readouterr())
    for secret in (token, token.split(".")[1], token.split(".")[2], SECRET, "ursula"):
        assert secret not in told


def test_a_token_pays_like_a_key(bundle_folder: Path, embedded_url: str, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(
        "[tenants.paying]\nlimits.answers = {per_second = 0.001, burst = 3}\n"
    )
    with platform(
        tmp_path, bundle_folder, embedded_url, "paying", tenants_file=tmp_path / "t.toml"
    ) as site:
        token = site.token()
        body = {"learner": {"id": "ada"}}
        answers = [
            site.send("POST", "/v1/recommendations", token, ORIGIN, json=body) for _ in range(3)
        ]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].headers["access-control-allow-origin"] == ORIGIN
    assert "Retry-After" in answers[2].headers["access-control-expose-headers"]


def test_processes_that_share_a_store_share_the_secret(
    bundle_folder: Path, embedded_url: str, tmp_path: Path
) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    with (
        platform(tmp_path / "one", bundle_folder, embedded_url, "shared") as one,
        platform(tmp_path / "two", bundle_folder, embedded_url, "shared") as two,
        platform(
            tmp_path / "three", bundle_folder, embedded_url, "shared", token_secret=SECRET
        ) as other,
    ):
        two.allow(one.kept)
        other.allow(one.kept)
        token = one.token()
        until(lambda: two.send("GET", "/v1/model", one.key).status_code == 200)
        until(lambda: other.send("GET", "/v1/model", one.key).status_code == 200)
        assert two.send("GET", "/v1/model", token, ORIGIN).status_code == 200
        assert other.send("GET", "/v1/model", token, ORIGIN).status_code == 401


def test_without_the_store_tokens_go_on_and_the_secret_stays(
    bundle_folder: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("s") / "v.sock"
    quick = {"store_timeout": 1, "store_patience": 0.2}

    def about(site: Platform, token: str) -> httpx.Response:
        return site.send(
            "POST", "/v1/recommendations", token, ORIGIN, json={"learner": {"id": "ada"}}
        )

    (tmp_path / "site").mkdir()
    with valkey(tmp_path / "data", path) as pid:
        with platform(tmp_path / "site", bundle_folder, f"unix://{path}", "away", **quick) as site:
            token = site.token()
            os.kill(pid, signal.SIGSTOP)
            try:
                response = about(site, token)
                assert (response.status_code, response.json()["degraded"]) == (200, ["store"])
                renewed = site.token()
                assert about(site, renewed).status_code == 200
                assert about(site, f"{token}x").status_code == 401
            finally:
                os.kill(pid, signal.SIGCONT)
        with platform(tmp_path / "site", bundle_folder, f"unix://{path}", "away", **quick) as again:
            again.allow(site.kept)
            until(lambda: about(again, token).status_code == 200)


def test_before_the_secret_is_known_tokens_wait_for_the_store(
    bundle_folder: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("s") / "v.sock"
    quick = {"store_timeout": 1, "store_patience": 0.2}
    with platform(tmp_path, bundle_folder, f"unix://{path}", "early", **quick) as site:
        assert site.ask().status_code == 503
        assert site.send("GET", "/v1/model", "a.b.c", ORIGIN).status_code == 503
        with valkey(tmp_path / "data", path):
            until(lambda: site.ask().status_code == 200)
