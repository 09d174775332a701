"""Paths shared by a link: what their pages show, for how long, and whom they never name."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import until
from pages import ORIGIN, Platform, platform
from test_outage import valkey

from service import shares
from service.language import LANGUAGES, chosen
from service.rendering import HEADERS, rendered
from service.schemas.shared import SharedPath

NAME = "someone-very-particular"
ROLE = "odd"


@pytest.fixture(scope="module")
def site(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("shares")
    with platform(folder, bundle_folder, embedded_url, "sharing") as made:
        yield made


def shared(site: Platform, bearer: str = "", origin: str | None = None, **asked: Any) -> str:
    body = {"learner": {"id": NAME}, "target_role": ROLE, **asked}
    response = site.send("POST", "/v1/shared-paths", bearer or site.key, origin, json=body)
    assert response.status_code == 200, response.text
    return str(response.json()["url"])


def test_a_shared_path_is_shown_to_whoever_has_the_link(site: Platform) -> None:
    asked = {"learner": {"id": "planning"}, "target_role": ROLE}
    planned = site.send("POST", "/v1/paths", site.key, json=asked).json()
    body = {**asked, "seconds": 3_600}
    answer = site.send("POST", "/v1/shared-paths", site.key, json=body).json()
    assert answer["expires_at"] == "2024-02-22T23:13:20Z"
    page = httpx.get(answer["url"])
    assert page.status_code == 200
    assert planned["steps"]
    places = [page.text.index(f"<bdi>{step['title']}</bdi>") for step in planned["steps"]]
    assert places == sorted(places)
    assert "Keeper of odd things" in page.text
    assert "22 February 2024" in page.text or "February 22, 2024" in page.text
    for name, value in HEADERS.items():
        assert page.headers[name] == value
    assert page.headers["x-content-type-options"] == "nosniff"


def test_a_page_is_a_document_that_can_be_read_aloud(site: Platform) -> None:
    class Outline(HTMLParser):
        tags: list[str] = []  # noqa: RUF012 - one for each page

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)

    url = shared(site)
    outline = Outline()
    outline.feed(httpx.get(url).text)
    tags = outline.tags
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    heads = [tag for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert heads[:2] == ["h1", "h2"]
    assert set(heads[2:]) == {"h3"}
    assert not {"script", "style", "img", "iframe", "form"} & set(tags)
    assert "style=" not in httpx.get(url).text
    style = httpx.get(f"{site.url}/page.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text
    assert "@import" not in style.text


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_page_speaks_its_readers_language(site: Platform, name: str) -> None:
    url = shared(site)
    page = httpx.get(url, headers={"Accept-Language": f"xx, {name}-XX;q=0.9, en;q=0.1"})
    assert f'<html lang="{name}" dir="{"rtl" if name == "ar" else "ltr"}">' in page.text
    assert LANGUAGES[name].words["what_to_earn"] in page.text
    assert page.headers["content-language"] == name
    wished = httpx.get(f"{url}?lang={name}", headers={"Accept-Language": "en, fr, es, ar"})
    assert wished.headers["content-language"] == name


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_says_the_same(name: str) -> None:
    def facts(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    words, english = LANGUAGES[name].words, LANGUAGES["en"].words
    assert words.keys() == english.keys()
    for each, text in words.items():
        assert text, each
        assert facts(text) == facts(english[each]), each
        assert name == "en" or text != english[each] or each == "and", each


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("", "en"), ("fr", "fr"), ("FR-ca", "fr"), ("de", "en"), ("de, es;q=0.5", "es"),
        ("es;q=0.2, ar;q=0.8", "ar"), ("fr;q=x, es", "es"), (";q=1,,=", "en"), ("*", "en"),
        ("a" * 100_000, "en"),
    ],
)  # fmt: skip
def test_a_language_is_found(accepted: str, name: str) -> None:
    assert chosen(None, accepted).name == name
    assert chosen("xx", accepted).name == name
    assert chosen("es", accepted).name == "es"


def test_security_a_shared_path_tells_nothing_of_its_learner(site: Platform) -> None:
    """Neither the page nor what is kept: not who, not what they hold, did, or wrote."""
    profile = {
        "skills": [{"skill": "secret craft", "level": 0.9}],
        "credentials": ["c5"],
        "attributes": {"of": "secret attribute"},
    }
    site.send("PUT", f"/v1/learners/{NAME}", site.key, json=profile)
    event = {"event_id": "e-secret", "learner_id": NAME, "credential_id": "c7"}
    site.send("POST", "/v1/events", site.key, json={"events": [event]})
    learner = {"id": NAME, "skills": ["inline craft"], "credentials": ["c9"]}
    body = {"learner": learner, "target_role": ROLE}
    planned = site.send("POST", "/v1/paths", site.key, json=body).json()
    held = {"Course 5", "Course 7", "Course 9"}
    assert "Course 5" not in {step["title"] for step in planned["steps"]}
    assert any(skill["evidence"] for skill in planned["gap"]["skills"])
    page = httpx.get(shared(site, learner=learner))
    for secret in (NAME, "craft", "secret", "sharing-", *held, "cairn_"):
        assert secret not in page.text, secret
    own_words = shared(site, target_role={"text": "Topic 1 as Jane Doe, my dream"})
    assert "Jane" not in httpx.get(own_words).text


def test_security_what_is_kept_of_a_path_is_what_the_page_needs() -> None:
    """What is not there can neither be shown by mistake nor be stolen."""
    store = SharedPath.model_json_schema()
    assert set(store["properties"]) == {"role", "steps", "totals", "expires_at"}
    assert set(store["$defs"]) == {"SharedStep", "TotalsOut", "RangeOut", "UnknownOut"}
    steps = set(store["$defs"]["SharedStep"]["properties"])
    assert steps == {
        "title", "issuer", "url", "hours", "cost", "starts", "ends", "skills", "counts_towards",
    }  # fmt: skip


def test_security_links_are_not_guessed(site: Platform) -> None:
    url = shared(site)
    start, _, name = url.rpartition(".")
    assert len(name) == 32
    assert len({shared(site) for _ in range(3)} | {url}) == 4
    other = name[:-1] + ("A" if name[-1] != "A" else "B")
    for wrong in (
        f"{start}.{other}", f"{start}.{name[:-1]}", f"{start}.", f"{start}.{name}x", start,
        f"{site.url}/shared/another.{name}", f"{site.url}/shared/{name}", f"{start}.*",
        f"{site.url}/shared/sharing%7D:x.{name}", f"{site.url}/shared/%00.{name}",
    ):  # fmt: skip
        page = httpx.get(wrong)
        assert page.status_code == 404, wrong
        assert "nothing here any more" in page.text
        for header, value in HEADERS.items():
            assert page.headers[header] == value


def test_a_link_ends(site: Platform) -> None:
    url, began = shared(site, seconds=60), site.now
    try:
        site.now = int(began) + 59.9
        assert httpx.get(url).status_code == 200
        site.now = int(began) + 60
        assert httpx.get(url).status_code == 404
    finally:
        site.now = began
    for seconds in (59, 2_592_001, "60"):
        body = {"learner": {"id": NAME}, "target_role": ROLE, "seconds": seconds}
        response = site.send("POST", "/v1/shared-paths", site.key, json=body)
        assert response.status_code == 422


def test_security_erasing_a_learner_ends_their_links_and_no_other(site: Platform) -> None:
    mine, more = shared(site), shared(site)
    other = shared(site, learner={"id": "another"})
    nobodys = shared(site, learner={})
    assert site.send("DELETE", f"/v1/learners/{NAME}", site.key).status_code == 200
    assert [httpx.get(each).status_code for each in (mine, more)] == [404, 404]
    assert [httpx.get(each).status_code for each in (other, nobodys)] == [200, 200]
    body = {"learner": {"id": NAME}, "target_role": ROLE}
    # The clock stands still: this one could have been asked for before the erasure.
    assert site.send("POST", "/v1/shared-paths", site.key, json=body).status_code == 409
    site.now += 1
    assert httpx.get(shared(site)).status_code == 200


def test_security_a_widget_shares_its_own_learners_path_alone(site: Platform) -> None:
    token = site.token(learner="ada")
    mine = shared(site, token, ORIGIN, learner={"id": "ada"})
    assert httpx.get(mine).status_code == 200
    for learner in ({"id": NAME}, {}, {"id": "ada", "verified": ["c1"]}):
        body = {"learner": learner, "target_role": ROLE}
        response = site.send("POST", "/v1/shared-paths", token, ORIGIN, json=body)
        assert response.status_code == 403


def test_the_oldest_of_too_many_go(site: Platform) -> None:
    urls = [shared(site, learner={"id": "busy"}) for _ in range(shares.MOST + 2)]
    statuses = [httpx.get(each).status_code for each in urls]
    assert statuses == [404, 404] + [200] * shares.MOST


def test_text_of_the_catalogue_is_text(site: Platform) -> None:
    """The page is made with whatever a catalogue says."""
    path = SharedPath.model_validate(
        {
            "role": "<script>alert(1)</script>",
            "steps": [
                {
                    "title": "<b>bold</b>", "issuer": '"><img src=x>', "url": url, "hours": None,
                    "cost": None, "starts": None, "ends": None, "skills": ["{{7*7}}", "<i>"],
                    "counts_towards": ["&amp;"],
                }
                for url in ("javascript:alert(1)", "https://x.example/?a=1&b=\"><script>", None)
            ],
            "totals": {
                "hours": {"low": 0, "high": None}, "cost": {"low": 0, "high": None},
                "currency": "EUR", "unknown": {"hours": 3, "cost": 3},
            },
            "expires_at": "2026-01-01T00:00:00Z",
        }
    )  # fmt: skip
    for language in LANGUAGES.values():
        html = rendered("shared", language, path=path)
        for markup in ("<script", "<img", "<b>", "<i>", "javascript:", "49"):
            assert markup not in html
        assert language.say("unknown") in html
        assert "{{7*7}}" in html


def test_without_the_store_nothing_is_shared_and_pages_say_so(
    bundle_folder: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("s") / "v.sock"
    (tmp_path / "site").mkdir()
    quick = {"store_timeout": 1, "store_patience": 0.2}
    with (
        valkey(tmp_path / "data", path) as pid,
        platform(tmp_path / "site", bundle_folder, f"unix://{path}", "away", **quick) as site,
    ):
        url = shared(site)
        os.kill(pid, signal.SIGSTOP)
        try:
            body = {"learner": {"id": NAME}, "target_role": ROLE}
            response = site.send("POST", "/v1/shared-paths", site.key, json=body)
            assert response.status_code == 503
            page = httpx.get(url)
            assert page.status_code == 503
            assert "just now" in page.text
            assert site.send("DELETE", f"/v1/learners/{NAME}", site.key).status_code == 202
        finally:
            os.kill(pid, signal.SIGCONT)
        until(lambda: httpx.get(url).status_code == 404)


def test_the_address_is_the_one_that_was_told(
    bundle_folder: Path, embedded_url: str, tmp_path: Path
) -> None:
    told = "https://cairn.example"
    with platform(tmp_path, bundle_folder, embedded_url, "told", public_url=told) as site:
        assert shared(site).startswith(f"{told}/shared/told.")


def test_a_cluster_keeps_and_forgets_them_too(
    bundle_folder: Path, cluster_url: str, tmp_path: Path
) -> None:
    """With tokens, whose secret lies on one of its nodes."""
    with platform(tmp_path, bundle_folder, cluster_url, "spread") as site:
        token = site.token(learner=NAME)
        url = shared(site, token, ORIGIN)
        other = shared(site, learner={"id": "another"})
        assert [httpx.get(each).status_code for each in (url, other)] == [200, 200]
        site.send("DELETE", f"/v1/learners/{NAME}", site.key)
        assert [httpx.get(each).status_code for each in (url, other)] == [404, 200]
