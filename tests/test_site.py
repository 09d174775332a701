"""The documentation as a site: built strictly and offline, every link leads somewhere, and no page
loads anything from another host.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from shared import ROOT, without_browser

import cairn
from docsite.markdown import table
from service.description import description
from service.settings import Settings, variable
from service.telemetry.metrics import Metrics
from training.schema import TABLES

OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError(f"the build wants the network: {arguments}")
sys.addaudithook(refuse)
from mkdocs.__main__ import cli
cli(["build", "--strict", "--config-file", sys.argv[1], "--site-dir", sys.argv[2]])
"""


def build(config: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", OFFLINE, str(config), str(out)],
        cwd=ROOT, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'client'}", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    done = build(ROOT / "docsite" / "mkdocs.yml", out)
    assert done.returncode == 0, done.stderr
    return out


LOADS = {"src", "srcset", "poster", "data"}
"""Attributes that a browser loads at once."""


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.places: set[str] = set()
        self.text = path.read_text("utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id":
                self.places.add(value)
            elif name in LOADS or (tag == "link" and name == "href"):
                self.loads.append(value)
            elif tag == "a" and name == "href":
                self.links.append(value)
            elif name == "style":
                self.loads += urls(value)


def urls(style: str) -> list[str]:
    """What a style sheet loads, but for pictures that it holds itself."""
    found = re.findall(r"url\(['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", style)
    return [each for pair in found for each in pair if each and not each.startswith("data:")]


def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def away(site: Path) -> list[str]:
    """What is loaded from another host."""
    loaded = [
        (path, each)
        for path, page in pages(site).items()
        for each in (
            *page.loads,
            *urls("".join(re.findall(r"<style>(.*?)</style>", page.text, re.S))),
        )
    ]
    loaded += [
        (path, each) for path in site.rglob("*.css") for each in urls(path.read_text("utf-8"))
    ]
    return [f"{path.name}: {each}" for path, each in loaded if urlsplit(each).netloc]


def dangling(site: Path) -> list[str]:
    """Links and loads within the site that lead nowhere."""
    found, missing = pages(site), []
    for path, page in found.items():
        for target in (*page.links, *page.loads):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            # The page of an error is shown at any address, so its links begin at the root.
            start = site if parts.path.startswith("/") else path.parent
            there = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            place = unquote(parts.fragment)
            known = found[there].places if there in found else set()
            if not there.exists() or (place and there.suffix == ".html" and place not in known):
                missing.append(f"{path.relative_to(site)}: {target}")
    return missing


def test_every_link_leads_somewhere(site: Path) -> None:
    assert dangling(site) == []
    assert len(pages(site)) > 40


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert away(site) == []


def test_what_is_wrong_would_be_found(site: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    wrong = """<a href="nowhere.html">x</a><a href="api.html#nowhere">x</a>
    <script src="https://cdn.example/x.js"></script><p style="color: url(//cdn.example/x.png)">"""
    (copy / "lti.html").write_text(wrong)
    (copy / "x.css").write_text("@import 'https://fonts.example/x.css';")
    assert dangling(copy) == ["lti.html: nowhere.html", "lti.html: api.html#nowhere"]
    assert len(away(copy)) == 3


def test_a_page_that_is_not_in_the_navigation_stops_the_build(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "docs" / "lost.md").write_text("# Lost\n\n[to nowhere](nowhere.md)\n")
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        f"INHERIT: {ROOT}/docsite/mkdocs.yml\ndocs_dir: docs\nhooks: [{ROOT}/docsite/hook.py]\n"
    )
    done = build(config, tmp_path / "out")
    assert done.returncode != 0
    assert "lost.md" in done.stderr and "nowhere.md" in done.stderr


def told(site: Path, page: str) -> str:
    return (site / "reference" / f"{page}.html").read_text("utf-8")


def test_the_reference_is_whole(site: Path) -> None:
    names = [each.name or each.callback.__name__ for each in cairn.app.registered_commands]
    assert [name for name in names if f"cairn {name.rstrip('_')}" not in told(site, "cli")] == []
    assert "cairn keys rotate" in told(site, "cli")
    assert [
        name for name in Settings.model_fields if variable(name) not in told(site, "settings")
    ] == []
    registered = Metrics()._registry.collect()
    assert [each.name for each in registered if each.name not in told(site, "metrics")] == []
    api = description()
    entries = (*api["paths"], *api["components"]["schemas"])
    assert [each for each in entries if each not in told(site, "http")] == []
    columns = {column.name for table in TABLES.values() for column in table}
    assert [name for name in columns if f"<code>{name}</code>" not in told(site, "data")] == []


def test_blocks_that_are_run_are_blocks(site: Path) -> None:
    for name in ("audit", "evaluation", "architecture"):
        html = (site / f"{name}.html").read_text()
        assert "```" not in html
        assert '<div class="language-' in html or '<div class="highlight">' in html


def test_formulas_need_no_script(site: Path) -> None:
    page = (site / "model.html").read_text("utf-8")
    assert page.count("<math") == (ROOT / "docs" / "model.md").read_text().count("```math")
    assert "\\frac" not in page


def test_a_table_keeps_its_cells() -> None:
    assert (
        table(["a", "b"], [("x|y", "one\ntwo")])
        == "| a | b |\n| --- | --- |\n| x\\|y | one two |\n"
    )
    assert table(["a"], []) == ""


POLICY = "default-src 'self' 'unsafe-inline' data:; report-uri /report"
"""Browsers report whatever a page wants of another host."""


class Site(SimpleHTTPRequestHandler):
    """Serves a site, and keeps what was asked for and what was reported."""

    server: Serving

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy-Report-Only", POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        self.server.asked.append(urlsplit(self.path).path)
        super().do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.reported.append(json.loads(body)["csp-report"]["blocked-uri"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Serving(ThreadingHTTPServer):
    """A server of a site; what its pages asked for, and wanted of others."""

    def __init__(self, site: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Site, directory=str(site)))
        self.asked: list[str] = []
        self.reported: list[str] = []


def browsed(site: Path, page: str, profile: Path) -> Serving:
    """A page opened in a browser that reaches nobody else."""
    chromium = shutil.which("chromium")
    if chromium is None:
        without_browser("THE SITE IN A BROWSER", "chromium is not installed")
    with Serving(site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        done = subprocess.run(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking",
             "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1",
             f"--user-data-dir={profile}", "--virtual-time-budget=5000", "--dump-dom",
             f"http://127.0.0.1:{server.server_port}/{page}"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        server.shutdown()
        thread.join()
    assert "<html" in done.stdout, done.stderr
    return server


@pytest.mark.parametrize("page", ["index.html?q=gap", "model.html", "reference/http.html"])
def test_a_browser_wants_nothing_of_others(page: str, site: Path, tmp_path: Path) -> None:
    served = browsed(site, page, tmp_path)
    assert served.reported == []
    assert any(path.endswith(".js") for path in served.asked)
    if "?q=" in page:  # searching happens here, too
        assert "/search/search_index.json" in served.asked


def test_a_browser_would_tell_what_is_wanted_of_others(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "x.html").write_text(
        "<html><script>document.write('<img src=http://cdn.example/x.png>')</script></html>"
    )
    served = browsed(tmp_path / "site", "x.html", tmp_path / "profile")
    assert served.reported == ["http://cdn.example/x.png"]
