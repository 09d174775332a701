"""One browser and one service for each module that looks at the widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import AXE, PAGE, POLICY, WATCH, Serving, Widget, browser_of, serving
from playwright.sync_api import Browser, BrowserContext, sync_playwright

Opening = Callable[..., Widget]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # For a module only: while it runs, no other test of the process can have an event loop.
    with sync_playwright() as playwright:
        browser = browser_of(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tiny_bundle, tmp_path_factory.mktemp("w")) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        reduced_motion="reduce", locale="en-US", viewport={"width": 1100, "height": 900}
    )
    context.set_default_timeout(10_000)
    context.add_init_script(WATCH)
    context.add_init_script(path=AXE)
    yield context
    context.close()


@pytest.fixture
def opened(context: BrowserContext, served: Serving) -> Iterator[Opening]:
    """Opens a page of a platform with the widget in it; no page may have broken its policy."""
    pages = []

    def open_page(wait: bool = True, token: str = served.key, **attributes: str) -> Widget:
        given = {"service": served.url, "token": token, "learner": "newcomer", **attributes}
        written = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in given.items())
        page = context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: pytest.fail(f"in the page: {error}"))
        headers = {"Content-Security-Policy": POLICY.format(service=served.url)}
        body = PAGE.format(service=served.url, tag=f"<cairn-path {written}></cairn-path>")
        address = f"{served.url}/platform"
        page.route(
            address,
            lambda route: route.fulfill(body=body, headers=headers, content_type="text/html"),
        )
        page.goto(address)
        widget = Widget(page)
        if wait:
            widget.root.locator("#role").wait_for()
            widget.settled()
        return widget

    yield open_page
    for page in pages:
        assert page.evaluate("window.violations") == []


@pytest.fixture
def requests(context: BrowserContext) -> list[Any]:
    """Every request of the context's pages."""
    seen: list[Any] = []
    context.on("request", lambda request: seen.append(request))
    return seen
