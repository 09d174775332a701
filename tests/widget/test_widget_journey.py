"""A learner's journey with the widget in a real browser, up to a dead store and an old token."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from browsing import KEY, Platform, Serving
from conftest import Opening
from playwright.sync_api import BrowserContext, expect

pytestmark = pytest.mark.slow


def stored(served: Serving, learner: str) -> list[tuple[str, str]]:
    """Kind and credential of what the service holds of a learner, in order."""
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = httpx.get(f"{served.url}/v1/learners/{learner}/export", headers=headers)
    return [(event["kind"], event["credential_id"]) for event in answer.json()["events"]]


def test_the_whole_journey(
    opened: Opening,
    served: Serving,
    platform: Platform,
    context: BrowserContext,
    requests: list[Any],
) -> None:
    widget = opened(learner="ada")
    root = widget.root

    # A role by words.
    expect(root.get_by_role("heading", name="Where would you like to go?")).to_be_visible()
    root.get_by_role("combobox").fill("joinery")
    root.get_by_role("option", name="Joinery lead").click()
    expect(root.get_by_role("heading", name="Joinery lead")).to_be_visible()
    root.locator(".steps li").first.wait_for()
    assert [each["role"]["id"] for each in widget.heard("select")] == ["joinery-role"]
    assert "0%" in root.locator(".covered").inner_text()

    # Reasons.
    before = widget.next()
    card = root.locator(".card").first
    card.get_by_role("button", name="Why this?").click()
    expect(card.locator(".why .reasons li").first).to_be_visible()

    # Not interested, and back.
    card.get_by_role("button", name="Not interested").click()
    expect(root.locator("#undo")).to_be_focused()
    widget.settled()
    assert before[0] not in widget.next()
    assert before[0] not in widget.steps()
    root.locator("#undo").click()
    expect(root.locator(".cards .title").first).to_have_text(before[0])
    widget.settled()
    assert widget.next() == before
    kinds = [kind for kind, _ in stored(served, "ada")]
    assert kinds == ["dismiss", "retract"]
    assert [each["kind"] for each in widget.heard("feedback")] == kinds

    # Another budget, another path.
    whole = widget.steps()
    said = root.locator("[role=status].hidden")
    widget.slide("Budget", 100)
    expect(said).to_contain_text("Path updated")
    widget.settled()
    assert 0 < len(widget.steps()) < len(whole)
    expect(root.locator(".limit")).to_contain_text("Your limits leave")
    finish = root.locator(".totals div", has_text="Done by")
    slow = finish.inner_text()
    widget.slide("Hours per week", 20)
    expect(finish).not_to_have_text(slow)

    # Something done counts at once.
    covered = root.locator(".covered").inner_text()
    root.get_by_role("button", name="Already have it").first.click()
    expect(root.locator(".covered")).not_to_have_text(covered)
    assert [kind for kind, _ in stored(served, "ada")][-1] == "complete"

    # The store goes; the path stays, and so does what is said meanwhile.
    served.kill_store()
    widget.button("Not interested").first.click()
    expect(root.locator(".notice")).to_contain_text("Your latest choices are being kept")
    widget.settled()
    assert widget.next()
    assert widget.steps()
    assert not [each for each in widget.heard("error") if each["status"] != 503]

    # The token expires: the page's callback is asked for another, once, and it goes on.
    renewals: list[str] = []

    def renewed() -> str:
        renewals.append(platform.token("ada"))
        return renewals[-1]

    context.expose_function("renewed", renewed)
    root.evaluate("(widget) => { widget.renew = () => window.renewed(); }")
    served.clock.ahead = 3_600
    title = widget.next()[0]
    root.locator(".card").first.get_by_role("button", name="Save").click()
    expect(root.locator(".toast")).to_contain_text(f"Saved: {title}")
    assert len(renewals) == 1

    # Nobody else was asked for anything, and with no cookie.
    own = {urlsplit(address).netloc for address in (served.url, platform.url)}
    assert {urlsplit(each.url).netloc for each in requests} <= {*own, ""}
    assert not [each for each in requests if "cookie" in each.all_headers()]
    assert context.cookies() == []
    kept = widget.page.evaluate("[localStorage.length, sessionStorage.length]")
    assert kept == [0, 0]
