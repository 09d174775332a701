"""What a learner and a page can do with the widget, in a real browser."""

from __future__ import annotations

import pytest
from browsing import Platform, Serving
from conftest import Opening
from playwright.sync_api import BrowserContext, expect

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


def test_without_a_callback_the_page_is_asked_for_a_token(
    opened: Opening, served: Serving, platform: Platform
) -> None:
    widget = opened(learner="cleo", target_role="bakery-role")
    served.clock.ahead += 3_600
    widget.button("Not interested").first.click()
    widget.until("window.heard.some(({name}) => name === 'token')")
    token = platform.token("cleo")
    widget.root.evaluate("(widget, token) => { widget.token = token; }", token)
    expect(widget.root.locator(".toast")).to_be_visible()
    assert [each["learner"] for each in widget.heard("token")] == ["cleo"]
    assert not widget.heard("error")


def test_a_token_that_is_not_known_here_is_renewed_too(
    opened: Opening, platform: Platform, context: BrowserContext
) -> None:
    context.expose_function("renewed", lambda: platform.token("cora"))
    context.add_init_script(
        """document.addEventListener("DOMContentLoaded", () => {
          document.querySelector("cairn-path").renew = () => window.renewed();
        })"""
    )
    widget = opened(learner="cora", target_role="bakery-role", token="of-another-service")
    assert widget.next()
    assert not widget.heard("error")


def test_a_token_of_another_page_is_of_no_use(opened: Opening, platform: Platform) -> None:
    stolen = platform.token("cid", origin="https://elsewhere.example")
    widget = opened(wait=False, learner="cid", token=stolen)
    expect(widget.root.get_by_role("alert")).to_be_visible()
    assert widget.next() == []


def test_a_path_is_shared_without_who_it_is_for(opened: Opening, context: BrowserContext) -> None:
    widget = opened(learner="sam-secret", target_role="bakery-role")
    widget.root.locator(".steps li").first.wait_for()
    steps = widget.steps()
    widget.button("Share").click()
    link = widget.root.locator("#link")
    expect(link).to_be_focused()
    address = link.input_value()
    expect(widget.root.locator(".share")).to_contain_text("without your name or history")
    page = context.new_page()
    page.goto(address)
    text = page.locator("body").inner_text()
    assert all(title in text for title in steps)
    assert "sam-secret" not in page.content()
    widget.button("Share").click()
    expect(link).to_have_count(0)


def test_what_was_said_before_counts_again(opened: Opening) -> None:
    widget = opened(learner="moe", target_role="bakery-role")
    title = widget.next()[0]
    card = widget.root.locator(".card").first
    card.get_by_role("button", name="Save").click()
    expect(widget.button(f"Saved: {title}")).to_be_visible()
    card.get_by_role("button", name="Not interested").click()
    expect(widget.root.locator(".toast")).to_contain_text(f"Hidden: {title}")
    widget.button("Undo").click()
    expect(widget.button(f"Saved: {title}")).to_be_visible()


def test_a_step_of_the_path_can_be_turned_down_too(opened: Opening) -> None:
    widget = opened(learner="ned", target_role="bakery-role")
    widget.root.locator(".steps li").first.wait_for()
    title = widget.steps()[0]
    step = widget.root.locator(".steps li").first
    step.get_by_role("button", name="Why this?").click()
    step.get_by_role("button", name="Not interested").click()
    expect(widget.root.locator(".toast")).to_contain_text(f"Hidden: {title}")
    widget.settled()
    assert title not in widget.steps()
    widget.button("Undo").click()
    expect(widget.root.locator(".steps")).to_contain_text(title)


def test_how_far_a_stack_is_stands_at_each_step(opened: Opening) -> None:
    widget = opened(learner="ola", target_role="bakery-role")
    widget.root.locator(".steps li").first.wait_for()
    widget.slide("Budget", 100)  # for which there is what stacks
    expect(widget.root.locator(".steps")).to_contain_text("1 of 3 towards Bakery course 9")


# Answers to recommendations whose body comes in two pieces; `window.cut()` loses the second one,
# and whoever takes the request back in between has it end as a browser has it end.
IN_PIECES = """() => {
  const whole = window.fetch;
  window.held = 0;
  window.fetch = async (address, options) => {
    const response = await whole(address, options);
    if (!String(address).endsWith("/v1/recommendations") || window.flowing) return response;
    const text = await response.text();
    const body = new ReadableStream({
      start(pieces) {
        pieces.enqueue(new TextEncoder().encode(text.slice(0, 20)));
        options.signal.addEventListener("abort", () => pieces.error(options.signal.reason));
        window.cut = () => pieces.error(new TypeError("network error"));
        window.held += 1;
      },
    });
    return new Response(body, { status: response.status });
  };
}"""


def test_an_answer_taken_back_halfway_is_no_answer(opened: Opening) -> None:
    widget = opened(learner="hal", target_role="bakery-role")
    before = widget.next()
    widget.page.evaluate(IN_PIECES)
    widget.button("Not interested").first.click()
    widget.until("window.held === 1")
    widget.page.evaluate("window.flowing = true")
    widget.button("Not interested").nth(1).click()
    expect(widget.root.locator(".cards")).not_to_contain_text(before[0])
    widget.settled()
    assert not {*before[:2]} & {*widget.next()}
    assert not widget.heard("error")


def test_an_answer_lost_halfway_is_told(opened: Opening) -> None:
    widget = opened(learner="ike", target_role="bakery-role")
    widget.page.evaluate(IN_PIECES)
    widget.button("Not interested").first.click()
    widget.until("window.held === 1")
    widget.page.evaluate("window.cut()")
    widget.until("window.heard.some(({name}) => name === 'error')")
    assert [each["kind"] for each in widget.heard("error")] == ["unreachable"]
    assert widget.next()


def test_two_roles_are_compared_and_one_is_chosen(opened: Opening) -> None:
    widget = opened(learner="dan", target_role="bakery-role")
    search = widget.root.locator(".compare").get_by_role("combobox")
    search.fill("plumbing")
    widget.root.locator(".compare").get_by_role("option", name="Plumbing lead").click()
    table = widget.root.get_by_role("table")
    expect(table).to_contain_text("Plumbing lead")
    expect(table).to_contain_text("Bakery lead")
    work = {row.split("\t")[0]: row.split("\t")[1:] for row in table.inner_text().splitlines()}
    assert work["Median wage a year"] == ["Not known", "$62,970"]
    assert work["People in this work"] == ["Not known", "455,940"]
    assert work["Often asked for"] == ["Not known", "plumbing tools and plumbing quality"]
    expect(widget.root.locator(".compare")).to_contain_text(
        "Figures on work: Invented survey 2024; Invented adverts 2025-02"
    )
    widget.button("Choose this role").click()
    expect(widget.root.get_by_role("heading", name="Plumbing lead")).to_be_focused()


def test_what_is_proven_stands_apart_from_what_is_said(
    opened: Opening, platform: Platform, served: Serving
) -> None:
    profile = {
        "verified": ["bakery-0"],
        "credentials": ["bakery-1"],
        "skills": [{"skill": "bakery quality", "level": "advanced"}],
    }
    platform.put_profile("gil", profile)
    widget = opened(learner="gil", target_role="bakery-role")
    shares = {
        row.split("\n")[0]: int(row.split("\n")[1].removesuffix("%"))
        for row in widget.root.locator(".legend li").all_inner_texts()
    }
    assert set(shares) == {"Verified", "Completed", "Self-declared"}
    assert all(share > 0 for share in shares.values())
    covered = int(widget.root.locator(".covered strong").inner_text().removesuffix("%"))
    assert abs(sum(shares.values()) - covered) <= 1  # each is rounded
    have = widget.root.locator(".group.have").inner_text()
    assert "self-declared" in have


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
