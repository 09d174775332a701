"""The demo site in a real browser: learners, live events, and how an answer was made."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from browsing import Serving, Widget
from playwright.sync_api import BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.slow


@pytest.fixture
def demo(context: BrowserContext, served: Serving) -> Page:
    page = context.new_page()
    page.goto(served.url)
    page.locator("cairn-path .cards").wait_for()
    return page


def rows(table: Locator) -> dict[str, str]:
    names = table.locator("tr th").all_inner_texts()
    return dict(zip(names, table.locator("tr td:last-child").all_inner_texts(), strict=True))


def test_a_newcomer_sees_what_goes_on_inside(
    demo: Page, served: Serving, requests: list[Any]
) -> None:
    widget = Widget(demo)
    widget.root.get_by_role("combobox").fill("plumbing")
    widget.root.get_by_role("option", name="Plumbing lead").click()
    widget.root.locator(".steps li").first.wait_for()
    title = widget.next()[0]
    widget.button("Not interested").first.click()
    heard = demo.locator("#heard li").first
    expect(heard).to_contain_text("cairn:feedback")
    expect(heard).to_contain_text(title)
    expect(demo.locator("#stored li").first).to_contain_text("dismiss")

    expect(demo.locator(".answer")).to_have_count(2)
    stages, sources = (rows(demo.locator(".answer").first.locator("table").nth(i)) for i in (0, 1))
    assert {"state", "candidates", "rank", "explain"} <= stages.keys()
    assert all(float(each.removesuffix(" ms")) >= 0 for each in stages.values())
    assert "popular" in sources
    planned = rows(demo.locator(".answer").nth(1).locator("table").first)
    assert "solve" in planned

    assert {urlsplit(each.url).netloc for each in requests} <= {urlsplit(served.url).netloc, ""}


def test_another_learner_another_language_another_look(demo: Page) -> None:
    first = demo.locator("cairn-path .cards .title").all_inner_texts()
    demo.get_by_label("Learner").select_option("newcomer")
    expect(demo.locator("cairn-path[learner=newcomer] .cards")).to_be_visible()
    assert demo.locator("cairn-path .cards .title").all_inner_texts() != first
    expect(demo.locator("#stored")).to_contain_text("Nothing yet")
    demo.get_by_label("Language").select_option("fr")
    expect(demo.locator("cairn-path")).to_contain_text("Où souhaitez-vous aller")
    demo.get_by_label("Look").select_option("dark")
    assert demo.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 18)"
    assert Widget(demo).faults() == []
    demo.get_by_label("Look").select_option("light")
    assert Widget(demo).faults() == []


def test_a_verified_badge_shortens_the_path(demo: Page) -> None:
    widget = Widget(demo)
    demo.get_by_label("Learner").select_option("newcomer")
    expect(demo.locator("cairn-path[learner=newcomer] .cards")).to_be_visible()
    widget.root.get_by_role("combobox").fill("plumbing")
    widget.root.get_by_role("option", name="Plumbing lead").click()
    steps = widget.root.locator(".steps > li")
    steps.first.wait_for()
    before, first = steps.count(), steps.first.locator(".title").first.inner_text()
    button = demo.get_by_role("button", name="Add a verified badge")
    expect(button).to_be_enabled()
    button.click()
    told = demo.locator("#badges li").first
    expect(told).to_contain_text("verified: signature valid, status none, current, issuer trusted")
    expect(told).to_contain_text(first)
    expect(steps).to_have_count(before - 1)
    assert widget.faults() == []
