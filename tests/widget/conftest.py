"""One browser and one service for each module that looks at the widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import AXE, WATCH, Platform, Serving, Widget, browser_of, platform_beside, serving
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from service.routes.widget import SCRIPT

Opening = Callable[..., Widget]


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    assert SCRIPT.exists(), "the widget is not built: make widget"


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


@pytest.fixture(scope="module")
def platform(served: Serving) -> Iterator[Platform]:
    with platform_beside(served) as running:
        yield running


@pytest.fixture
def opened(context: BrowserContext, served: Serving, platform: Platform) -> Iterator[Opening]:
    """Opens a page of the platform with the widget in it; none may have broken its policy."""
    pages = []
    broken: list[str] = []

    def open_page(wait: bool = True, learner: str = "newcomer", **attributes: str) -> Widget:
        attributes.setdefault("token", platform.token(learner))
        given = {"service": served.url, "learner": learner, **attributes}
        written = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in given.items())
        page = context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: broken.append(error.message))
        page.goto(platform.page(f"<cairn-path {written}></cairn-path>"))
        widget = Widget(page)
        if wait:
            widget.root.locator("#role").wait_for()
            widget.settled()
        return widget

    yield open_page
    assert broken == []
    for page in pages:
        assert page.evaluate("window.violations") == []


@pytest.fixture
def requests(context: BrowserContext) -> list[Any]:
    """Every request of the context's pages."""
    seen: list[Any] = []
    context.on("request", lambda request: seen.append(request))
    return seen
