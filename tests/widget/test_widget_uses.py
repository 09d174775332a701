"""What a learner and a page can do with the widget, in a real browser."""

from __future__ import annotations

import pytest
from browsing import KEY
from conftest import Opening
from playwright.sync_api import BrowserContext, Route, expect

pytestmark = pytest.mark.slow


def test_choices_are_there_after_a_reload(opened: Opening) -> None:
    widget = opened(learner="bea", target_role="bakery-role")
    saved, hidden = widget.next()[:2]
    widget.root.locator(".card").nth(0).get_by_role("button", name="Save").click()
    expect(widget.root.locator(".card").nth(0).get_by_role("button", name="Saved")).to_be_visible()
    widget.root.locator(".card").nth(1).get_by_role("button", name="Not interested").click()
    expect(widget.root.locator(".toast")).to_contain_text(hidden)
    again = opened(learner="bea", target_role="bakery-role")
    assert hidden not in again.next()
    expect(again.button(f"Saved: {saved}")).to_be_visible()
    again.button("1 hidden credential").click()
    again.button(f"Show again: {hidden}").click()
    expect(again.root.locator(".cards")).to_contain_text(hidden)


@pytest.fixture
def refusing(context: BrowserContext) -> list[str]:
    """Tokens that the service refuses from now on, as it does once they are expired."""
    old: list[str] = []

    def answer(route: Route) -> None:
        if route.request.headers.get("authorization", "").removeprefix("Bearer ") in old:
            route.fulfill(
                status=401, json={"title": "Unauthorized", "status": 401, "detail": "expired"}
            )
        else:
            route.continue_()

    context.route("**/v1/**", answer)
    return old


def test_an_expired_token_is_renewed_by_the_callback(opened: Opening, refusing: list[str]) -> None:
    refusing.append("old")
    widget = opened(token="old", wait=False, learner="cleo", target_role="bakery-role")
    # The page hears of it, and knows how to renew.
    widget.page.wait_for_function("window.heard.some(({name}) => name === 'token')")
    assert len(widget.heard("token")) == 1  # though several requests were refused together
    widget.page.evaluate("(key) => { document.querySelector('cairn-path').token = key; }", KEY)
    widget.root.locator(".steps li").first.wait_for()
    widget.page.evaluate(
        """(key) => {
          const widget = document.querySelector("cairn-path");
          widget.renew = async () => { window.renewed = (window.renewed ?? 0) + 1; return key; };
          widget.token = "old";
        }""",
        KEY,
    )
    widget.button("Not interested").first.click()
    expect(widget.root.locator(".toast")).to_be_visible()
    widget.settled()
    assert widget.page.evaluate("window.renewed") == 1
    assert not widget.heard("error")


def test_two_roles_are_compared_and_one_is_chosen(opened: Opening) -> None:
    widget = opened(learner="dan", target_role="bakery-role")
    search = widget.root.locator(".compare").get_by_role("combobox")
    search.fill("plumbing")
    widget.root.locator(".compare").get_by_role("option", name="Plumbing lead").click()
    table = widget.root.get_by_role("table")
    expect(table).to_contain_text("Plumbing lead")
    expect(table).to_contain_text("Bakery lead")
    widget.button("Choose this role").click()
    expect(widget.root.get_by_role("heading", name="Plumbing lead")).to_be_focused()


def test_what_is_unknown_is_said_so(opened: Opening) -> None:
    widget = opened(learner="eli", target_role="bakery-role")
    widget.root.locator(".steps li").first.wait_for()
    text = widget.text()
    assert "Duration not known" in text
    assert "Cost not known" in text
    assert "at least" in text


def test_the_page_can_follow_a_choice_or_forbid_it(opened: Opening) -> None:
    widget = opened(learner="fay", target_role="bakery-role")
    first = widget.next()[0]
    widget.root.get_by_role("button", name=first, exact=True).first.click()
    (chosen,) = widget.heard("select")
    assert (chosen["title"], chosen["url"]) == (first, None)
    widget.page.evaluate(
        "document.addEventListener('cairn:select', (event) => event.preventDefault())"
    )
    widget.button("Change role").click()
    widget.root.locator(".role").get_by_role("combobox").fill("tailoring")
    widget.root.get_by_role("option", name="Tailoring lead").click()
    expect(widget.root.get_by_role("heading", name="Bakery lead")).to_be_visible()
