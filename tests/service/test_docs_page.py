"""``/docs`` works without asking anybody else for anything."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import httpx


def test_the_page_refers_only_to_what_this_host_serves(url: str) -> None:
    page = httpx.get(f"{url}/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    found = re.findall(r"""(?:src|href|action)\s*=\s*["']([^"']+)["']""", page.text)
    links = [link for link in found if not link.startswith("data:")]
    assert len(links) == 3
    for link in links:
        target = urljoin(f"{url}/docs", link)
        assert urlsplit(target).netloc == urlsplit(url).netloc
        answer = httpx.get(target)
        assert answer.status_code == 200
        assert len(answer.content) > 50
    assert "://" not in page.text


def test_what_starts_the_page_asks_for_the_description_of_this_host(url: str) -> None:
    script = httpx.get(f"{url}/docs/docs.js").text
    named = re.search(r'url: "([^"]+)"', script)
    assert named is not None
    description = httpx.get(urljoin(f"{url}/docs", named[1]))
    assert description.json()["openapi"].startswith("3.")
    assert "://" not in script


def test_the_policy_of_the_page_allows_nothing_from_elsewhere(url: str) -> None:
    policy = httpx.get(f"{url}/docs").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"


def test_there_is_no_other_page_that_would_load_from_elsewhere(url: str) -> None:
    assert httpx.get(f"{url}/redoc").status_code == 404
    assert httpx.get(f"{url}/docs/oauth2-redirect").status_code == 404
