"""The widget for everybody: axe-core in every state, the keyboard alone, no motion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browsing import Serving, Widget
from conftest import Opening
from playwright.sync_api import BrowserContext, Page, Route, expect

pytestmark = pytest.mark.slow

LOOKS = [("light", "en"), ("dark", "en"), ("light", "ar"), ("dark", "ar")]
ROLE = {"target_role": "bakery-role"}


def check(widget: Widget, state: str) -> list[str]:
    """Faults in all looks of the state that the widget is in."""
    found = []
    for scheme, language in LOOKS:
        widget.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        widget.root.evaluate("(element, lang) => { element.lang = lang; }", language)
        direction = widget.root.locator(".widget").get_attribute("dir")
        assert direction == ("rtl" if language == "ar" else "ltr")
        found += [f"{state}, {scheme}, {language}: {fault}" for fault in widget.faults()]
    widget.root.evaluate("(element) => { element.lang = 'en'; }")
    return found


def answering(context: BrowserContext, act: Callable[[Route], None]) -> None:
    context.route("**/v1/**", act)


def test_every_state_of_a_path_is_without_fault(opened: Opening) -> None:
    widget = opened(learner="ida")
    faults = check(widget, "no role")
    widget.root.get_by_role("combobox").fill("lead")
    widget.root.get_by_role("option").first.wait_for()
    faults += check(widget, "search")
    widget.root.get_by_role("option", name="Bakery lead").click()
    widget.root.locator(".steps li").first.wait_for()
    widget.settled()
    faults += check(widget, "path")
    for name in ("Why this?", "Save"):
        widget.root.locator(".card").first.get_by_role("button", name=name).click()
    widget.root.locator(".steps").get_by_role("button", name="Why this?").first.click()
    widget.root.locator(".why .reasons").nth(1).wait_for()
    faults += check(widget, "reasons, saved")
    widget.button("Not interested").first.click()
    widget.button("1 hidden credential").click()
    widget.button("Change role").click()
    faults += check(widget, "dismissed, changing role")
    widget.button("Keep this role").click()
    search = widget.root.locator(".compare").get_by_role("combobox")
    search.fill("plumbing")
    widget.root.locator(".compare").get_by_role("option", name="Plumbing lead").click()
    widget.root.get_by_role("table").wait_for()
    widget.button("Share").click()
    widget.root.locator("#link").wait_for()
    faults += check(widget, "comparison, sharing")
    assert faults == []


def test_faults_are_found(opened: Opening) -> None:
    widget = opened(learner="ida", **ROLE)
    widget.root.locator("#budget").evaluate("(input) => input.removeAttribute('aria-label')")
    widget.root.locator("label[for=budget]").evaluate("(label) => label.remove()")
    assert any(fault.startswith("label") for fault in widget.faults())


@pytest.mark.parametrize("state", ["loading", "failed", "refused", "busy", "unreachable"])
def test_what_stands_in_for_a_path_is_without_fault(
    opened: Opening, context: BrowserContext, state: str
) -> None:
    status = {"failed": 500, "refused": 401, "busy": 429}

    def act(route: Route) -> None:
        if state in status:
            route.fulfill(status=status[state], json={"detail": "no"})
        elif state == "unreachable":
            route.abort()

    answering(context, act)
    context.add_init_script(
        """document.addEventListener("DOMContentLoaded", () => {
          document.querySelector("cairn-path").renew = async () => null;
        })"""
    )  # nobody renews, and nobody waits for it
    widget = opened(wait=False, **ROLE)
    if state == "loading":
        expect(widget.root.get_by_text("Finding your path")).to_be_visible()
    else:
        expect(widget.root.get_by_role("alert")).to_be_visible(timeout=15_000)
        assert widget.heard("error")[0]["kind"] == state
    assert check(widget, state) == []


def test_offline_the_path_stays_and_comes_back_by_itself(
    opened: Opening, context: BrowserContext
) -> None:
    widget = opened(learner="jon", **ROLE)
    context.set_offline(True)
    expect(widget.root.locator(".notice")).to_contain_text("You are offline")
    assert widget.next()
    assert check(widget, "offline") == []
    context.set_offline(False)
    expect(widget.root.locator(".notice")).to_have_count(0)
    widget.settled()


def test_without_the_store_and_without_anything_that_fits(
    opened: Opening, served: Serving, context: BrowserContext
) -> None:
    def nothing_fits(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        answer |= {"items": [], "steps": [], "degraded": ["store"]}
        route.fulfill(json=answer)

    context.route("**/v1/recommendations", nothing_fits)
    context.route("**/v1/paths", nothing_fits)
    widget = opened(learner="kim", **ROLE)
    expect(widget.root.locator(".next .empty")).to_be_visible()
    expect(widget.root.locator(".path .empty")).to_be_visible()
    assert check(widget, "empty and degraded") == []


def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(widget: Widget, name: str, most: int = 60) -> None:
    """Press Tab until the control with that name has the focus, which must be visible."""
    for _ in range(most):
        widget.page.keyboard.press("Tab")
        told = widget.page.evaluate(
            """() => {
              let at = document.activeElement;
              while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(at);
              const label = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? "";
              return [label || at.innerText, outlineStyle, parseFloat(outlineWidth)];
            }"""
        )
        if name in told[0]:
            assert told[1] != "none", told
            assert told[2] >= 2, told
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_journey_by_keyboard_alone(opened: Opening) -> None:
    widget = opened(learner="lea")
    page, root = widget.page, widget.root
    tab_to(widget, "Search roles")
    page.keyboard.type("bakery")
    expect(root.get_by_role("option")).to_have_count(2)  # the role, and the words themselves
    pressed(page, "ArrowDown", "ArrowUp", "Enter")
    expect(root.get_by_role("heading", name="Bakery lead")).to_be_focused()
    root.locator(".steps li").first.wait_for()
    first = widget.next()[0]
    tab_to(widget, "Why this?")
    pressed(page, "Enter")
    expect(root.locator(".card .why .reasons li").first).to_be_visible()
    tab_to(widget, "Not interested")
    pressed(page, "Space")
    expect(root.locator("#undo")).to_be_focused()
    expect(root.locator("[role=status].hidden")).to_have_text(f"Hidden: {first}")
    pressed(page, "Enter")
    expect(root.locator(".cards .title").first).to_have_text(first)
    expect(root.locator("#toast-close")).to_be_focused()
    pressed(page, "Enter")
    expect(root.locator("#role")).to_be_focused()
    tab_to(widget, "Budget")
    before = widget.steps()
    pressed(page, "Home", *["ArrowRight"] * 2)
    expect(root.locator("[role=status].hidden")).to_contain_text("Path updated")
    widget.settled()
    assert len(widget.steps()) < len(before)
    assert "€" in (root.get_by_label("Budget").get_attribute("aria-valuetext") or "")


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_sticks_out_and_everything_can_be_hit(opened: Opening, width: int) -> None:
    """Down to the width that a desktop page has at 400 %; targets of 24 pixels at least."""
    widget = opened(learner="mia", **ROLE)
    widget.page.set_viewport_size({"width": width, "height": 800})
    widget.root.locator(".steps li").first.wait_for()
    wide, small = widget.page.evaluate(
        """() => {
          const root = document.querySelector("cairn-path").shadowRoot;
          const small = [...root.querySelectorAll("button, a, input, summary")].filter((each) => {
            const { width, height } = each.getBoundingClientRect();
            return width && (width < 24 || height < 24);
          });
          return [document.documentElement.scrollWidth, small.map((each) => each.outerHTML)];
        }"""
    )
    assert wide <= width
    assert small == []


def test_nothing_moves_for_who_wants_no_motion(opened: Opening) -> None:
    widget = opened(learner="noa", **ROLE)
    count = "() => document.querySelector('cairn-path').shadowRoot.getAnimations().length"
    moving = """() => [...document.querySelector("cairn-path").shadowRoot.querySelectorAll("*")]
      .filter((each) => parseFloat(getComputedStyle(each).transitionDuration) > 0).length"""
    assert widget.page.evaluate(count) == 0
    assert widget.page.evaluate(moving) == 0
    widget.page.emulate_media(reduced_motion="no-preference")
    assert widget.page.evaluate(moving) > 0
