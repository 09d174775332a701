"""A browser to look with: the machine's Chromium or Chrome, else Playwright's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

__all__ = ["Browser", "Page", "launched", "opened"]

NAMES: Final = ("chromium", "google-chrome", "google-chrome-stable", "chrome")
FLAGS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
"""It asks nobody but the pages that it is led to."""


def launched(playwright: Playwright) -> Browser:
    """A headless one with a profile of its own. Raises ``playwright.sync_api.Error`` where there
    is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return playwright.chromium.launch(executable_path=found, args=FLAGS)


@contextmanager
def opened() -> Iterator[Browser]:
    """The same, closed when left."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()
