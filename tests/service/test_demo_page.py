"""The demo page, and what the server of its pretended platform does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import DAY, running
from shared import ROOT
from tiny_bundle import TRAINED_AT

from models.errors import UsageError
from service.app import create_app
from service.routes.pages import HEADERS
from service.settings import Settings
from service.tenants.auth import Scope, new_key

KEY, _ = new_key("demo", frozenset(Scope))
SOURCES = sorted((ROOT / "service" / "widget" / "src").rglob("*.js"))
FORBIDDEN = (
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
    "DOMParser", "srcdoc", 'setTimeout("', "javascript:", "unsafeHTML", "unsafeSVG", " style=",
    "document.cookie", "localStorage",
)  # fmt: skip
PARTS = ("/", "/demo.js", "/demo.css")


@pytest.fixture(scope="module")
def demo(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    settings = Settings(
        var=tmp_path_factory.mktemp("demo"), bundle=bundle_folder, redis_url=embedded_url,
        demo_key=KEY, demo_page=True, store_timeout=5, store_patience=5,
    )  # fmt: skip
    with running(settings, lambda: TRAINED_AT + 100 * DAY) as url:
        yield url


def test_the_demo_page_asks_nothing_of_third_parties(demo: str) -> None:
    page = httpx.get(demo)
    assert "text/html" in page.headers["content-type"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in PARTS[1:]:
        assert name in page.text
        part = httpx.get(demo + name)
        assert part.status_code == 200
        assert "https://" not in part.text


def test_pages_may_load_and_be_framed_by_nothing_else(demo: str) -> None:
    for path in PARTS:
        headers = httpx.get(demo + path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_neither_demo_page_nor_widget_makes_markup_of_text() -> None:
    page = (ROOT / "service" / "static" / "demo.html").read_text()
    assert len(SOURCES) > 10
    for source in (ROOT / "service" / "static" / "demo.js", *SOURCES):
        script = source.read_text()
        for word in FORBIDDEN:
            assert word not in script, source
        if "href=" in script:
            assert "/^https?:" in script  # the only addresses that links are made of
    assert not re.search(r"\son\w+=|<script>|<style>|style=", page)


def test_the_platform_gets_a_token_for_who_signs_in(demo: str) -> None:
    answer = httpx.post(f"{demo}/demo/token", json={"learner": "ada"}).json()
    assert answer["learner"] == "ada"
    headers = {"Authorization": f"Bearer {answer['token']}", "Origin": demo}
    for learner, status in (("ada", 200), ("bob", 403)):
        body = {"learner": {"id": learner}}
        asked = httpx.post(f"{demo}/v1/recommendations", json=body, headers=headers)
        assert asked.status_code == status
    elsewhere = headers | {"Origin": "https://elsewhere.example"}
    body = {"learner": {"id": "ada"}}
    refused = httpx.post(f"{demo}/v1/recommendations", json=body, headers=elsewhere)
    assert refused.status_code == 403


def test_the_page_sees_what_is_stored_and_how_an_answer_was_made(demo: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=demo, headers=headers) as client:
        answer = client.post("/v1/recommendations", json={"learner": {"id": "vera"}})
        for name in ("c1", "c2"):
            event = {"event_id": name, "learner_id": "vera", "credential_id": name, "kind": "save"}
            client.post("/v1/events", json={"events": [event]})
    stages = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    assert {"parse", "state", "rank", "explain"} <= stages.keys()
    assert all(float(milliseconds) >= 0 for milliseconds in stages.values())
    events = httpx.get(f"{demo}/demo/events", params={"learner": "vera"}).json()
    assert [event["credential_id"] for event in events] == ["c2", "c1"]
    made = httpx.get(f"{demo}/demo/decisions/{answer.json()['request_id']}").json()
    assert made["items"][0]["route"] == "recommendations"
    assert httpx.get(f"{demo}/demo/learners").json()["items"]


def test_by_a_name_that_somebody_made_lead_here_nothing_is_told(demo: str) -> None:
    hosts = {
        "localhost:1": 200, "127.0.0.1": 200, "[::1]:80": 200,
        "rebound.example": 403, "localhost.rebound.example:1": 403,
    }  # fmt: skip
    for host, status in hosts.items():
        answer = httpx.get(f"{demo}/demo/learners", headers={"Host": host})
        assert answer.status_code == status, host


def test_only_a_demo_has_a_demo_page(url: str, client: httpx.Client) -> None:
    for path in (*PARTS, "/demo/learners"):
        assert client.get(path).status_code == 404
    assert httpx.post(f"{url}/demo/token", json={"learner": "ada"}).status_code == 404
    with pytest.raises(UsageError, match="CAIRN_DEMO_KEY"):
        create_app(Settings(redis_url="redis://nowhere", demo_page=True))


def test_a_badge_of_the_demos_issuer_is_verified_and_counts(demo: str) -> None:
    earned = {"learner": "bea", "credential": "c3"}
    (badge,) = httpx.post(f"{demo}/demo/badge", json=earned).json()["badges"]
    assert (badge["verdict"], badge["issuer"]["trusted"]) == ("verified", True)
    assert badge["achievement"]["credential"] == "c3"
    assert [each["by"] for each in badge["achievement"]["skills"]] == ["id"]
    with httpx.Client(base_url=demo, headers={"Authorization": f"Bearer {KEY}"}) as client:
        asked = {"learner": {"id": "bea"}, "target_role": "odd", "limit": 100}
        answer = client.post("/v1/recommendations", json=asked).json()
        assert "c3" not in {item["credential"] for item in answer["items"]}
        assert answer["gap"]["before"] < 1
        again = client.get("/v1/learners/bea").json()["badges"]
    assert [each["verdict"] for each in again] == ["verified"]
    assert httpx.post(f"{demo}/demo/badge", json=earned).json()["badges"][0]["new"] is False
    nothing = httpx.post(f"{demo}/demo/badge", json={**earned, "credential": "none"})
    assert nothing.status_code == 404
