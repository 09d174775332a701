"""What is written beside a bundle and by an audit: whole, alone, and silent of small groups."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Error, sync_playwright
from shared import TINY_SETTINGS, Run, without_browser
from tiny_data import LEARNERS

from load.browser import Browser, launched
from models import bundle
from models.bundle import registry
from training.config import Config
from training.job import Trained, train
from training.progress import Silent
from training.review.worst import pseudonym

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLAN = "people-of-the-hidden-vale"
FETCHED = r"https?:|\bsrc=|\bhref=|@import|url\(|<script|\bon\w+="


@dataclass(frozen=True)
class Runs:
    """A registry with two bundles of the same data, and the data; the second run saw the first."""

    data: Path
    root: Path
    first: Trained
    second: Trained

    def beside(self, which: Trained, name: str) -> Path:
        return self.root / f"{which.folder.name}.{name}"


def attributed(data: Path, folder: Path) -> Path:
    """The tiny data with attributes, one group of which has three members."""
    copy = Path(shutil.copytree(data, folder))
    lines = [json.loads(line) for line in (copy / "learners.jsonl").read_text().splitlines()]
    for i, each in enumerate(lines):
        clan = CLAN if i in (4, 9, 14) else ("river", "hill")[i % 2]
        each["attributes"] = {"clan": clan, "shift": ("early", "late")[i // 2 % 2]}
    (copy / "learners.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    return copy


def run_on(data: Path, root: Path, **changed: Any) -> Trained:
    config = Config.model_validate(TINY_SETTINGS | changed)
    trained = train(data, root, config, 1, NOW, Silent(), served=registry.served(root))
    registry.promote(root, trained.folder.name)
    return trained


def page_of(run: Trained) -> str:
    return run.papers["report.html"].read_text()


@pytest.fixture(scope="module")
def runs(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("papers")
    data, root = attributed(tiny_data, folder / "data"), folder / "bundles"
    first = run_on(data, root)
    return Runs(data, root, first, run_on(data, root, rounds=5))


def test_the_page_is_whole_and_fetches_nothing(runs: Runs) -> None:
    assert runs.second.papers["report.html"] == runs.beside(runs.second, "report.html")
    html = page_of(runs.second)
    titles = re.findall(r"<h2>(.+?)</h2>", html)
    assert titles[0] == "What changed against the current bundle"
    for part in (
        "The models", "Slices", "Recall of the candidate sources", "Quality by group",
        "Learning curves", "Map of credentials and skills", "The worst answers", "Paths",
        "Data quality",
    ):  # fmt: skip
        assert part in titles
    assert re.search(FETCHED, html) is None
    assert runs.second.folder.name in html
    assert "Bakery course 1 (Bakery School)" in html  # to be read where one points at the map


def test_what_changed_is_told_on_the_same_questions(runs: Runs) -> None:
    html = page_of(runs.second)
    assert f"The current bundle is {runs.first.folder.name}" in html
    assert runs.second.report is not None and runs.first.report is not None
    n = runs.second.report["learners"]
    assert f"({n} that it answered in its own evaluation)" in html
    mine, theirs = (
        each.report["models"]["cairn"]["all"]["ndcg@10"]
        for each in (runs.second, runs.first)
        if each.report
    )
    assert f"NDCG@10 is {mine:.3f}, and was {theirs:.3f}" in html
    assert "config/rounds" in html
    kept = pl.read_parquet(runs.beside(runs.first, "questions.parquet"))
    assert kept.height == n
    assert not any("learner-" in question for question in kept["question"])
    first = page_of(runs.first)
    assert "What changed" not in first


def test_what_came_later_is_asked_of_the_current_bundle(runs: Runs, tmp_path: Path) -> None:
    root = tmp_path / "bundles"
    shutil.copytree(runs.first.folder, root / runs.first.folder.name)
    registry.promote(root, runs.first.folder.name)
    data = Path(shutil.copytree(runs.data, tmp_path / "data"))
    with (data / "interactions.csv").open("a", newline="") as file:
        rows = csv.writer(file)
        for i in range(20):
            trade = ("joinery", "bakery", "tailoring", "plumbing")[i % 4]
            rows.writerow([f"learner-{i:02}", f"{trade}-{i % 3}", "complete", "2026-03-01"])
    html = page_of(run_on(data, root))
    asked = re.search(r"\((\d+) that came after its data and were put to it now\)", html)
    assert asked is not None and 10 <= int(asked[1]) <= 20
    assert re.search(r"[+-]0\.\d{3}…[+-]0\.\d{3} paired", html)


def test_what_cannot_be_compared_is_said(runs: Runs, tmp_path: Path) -> None:
    root = tmp_path / "bundles"
    shutil.copytree(runs.first.folder, root / runs.first.folder.name)
    registry.promote(root, runs.first.folder.name)
    html = page_of(run_on(runs.data, root, rounds=7))
    assert "cannot be put to the same questions: the current bundle has seen these answers" in html


def test_worst_answers_come_under_pseudonyms(runs: Runs) -> None:
    html = page_of(runs.second)
    manifest = bundle.read_manifest(runs.second.folder)
    names = re.findall(r"<h3>Learner ([0-9a-f]{8})", html)
    everybody = {pseudonym(manifest.data.hash, f"learner-{i:02}") for i in range(LEARNERS)}
    assert len(names) == len(set(names)) == 6 and set(names) <= everybody
    assert "learner-0" not in html
    assert re.search(r"place \d+ of \d+ candidates|no source proposed|could not be proposed", html)


def test_cards_hold_the_figures_of_the_run(runs: Runs) -> None:
    report = runs.second.report
    assert report is not None
    model = runs.beside(runs.second, "model-card.md").read_text()
    for name, slices in report["models"].items():
        figures = slices["all"]
        low, high = figures["ci"]["ndcg@10"]
        assert f"| {name} | {figures['ndcg@10']:.3f} ({low:.3f}…{high:.3f})" in model
    manifest = bundle.read_manifest(runs.second.folder)
    data = runs.beside(runs.second, "data-card.md").read_text()
    for card in (model, data):
        assert manifest.data.hash in card
        assert f"{manifest.data.counts['interactions']} interactions" in card
        assert "$" not in card and "None" not in card
    for fact in ("Annex III", "Human override", "Not intended", "cairn bundle rollback"):
        assert fact in model
    assert "| hours | 40.0% |" in data
    assert "2025-01" in data


def test_an_audit_measures_and_a_small_group_leaves_no_trace(
    runs: Runs, run: Run, tmp_path: Path
) -> None:
    figures, page = tmp_path / "a.json", tmp_path / "a.html"
    code, out, _ = run(
        "audit", runs.root, runs.data, "--json", figures, "--html", page, "--smallest-group", 8
    )
    assert code == 0
    found = json.loads(figures.read_text())
    mine = runs.second.report
    assert mine is not None
    # What is asked is what was judged in training.
    assert found["ndcg@10"] == pytest.approx(mine["models"]["cairn"]["all"]["ndcg@10"])
    assert found["same_data"] and found["split"] == "last"
    assert set(found["equity"]["attributes"]) == {"clan", "shift"}
    assert set(found["equity"]["attributes"]["shift"]["groups"]) == {"early", "late"}
    assert set(found["exposure"]["issuer"]) == {
        f"{trade} School" for trade in ("Bakery", "Joinery", "Plumbing", "Tailoring")
    }
    for shares in ("shown", "taken", "available"):
        assert sum(g[shares] for g in found["exposure"]["issuer"].values()) == pytest.approx(1)
    assert found["paths"]["broken"] == 0
    assert found["paths"]["unknown_hours"] > 0
    points = found["price"]["points"]
    assert points[0]["paired"] == [0.0, 0.0]
    assert points[0]["shown"] < points[-1]["shown"] and points[-1]["shown"] >= 0.3
    texts = [out, figures.read_text(), page.read_text()]
    texts += [path.read_text() for path in runs.root.glob("*.[hm]*")]
    texts += [
        each.folder.joinpath("manifest.json").read_text() for each in (runs.first, runs.second)
    ]
    assert len(texts) == 11
    assert not any(CLAN in text for text in texts)
    assert re.search(FETCHED, page.read_text()) is None


def test_a_bundle_is_asked_itself_for_what_is_given(runs: Runs, run: Run, tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    rows = [f"learner-{i:02},{('joinery', 'bakery')[i % 2]}-{i % 3},2026-02-01" for i in range(30)]
    test.write_text("learner_id,credential_id,occurred_at\n" + "\n".join(rows) + "\n")
    figures = tmp_path / "a.json"
    code, out, _ = run("audit", runs.root, runs.data, "--test", test, "--json", figures)
    assert code == 0 and "asked: the bundle itself" in out
    assert json.loads(figures.read_text())["split"] == "given"
    shutil.copytree(runs.data, tmp_path / "other")
    path = tmp_path / "other" / "credentials.jsonl"
    path.write_text(path.read_text() + '{"id": "new", "title": "New"}\n')
    code, _, err = run("audit", runs.root, tmp_path / "other", "--test", test)
    assert code == 2 and "name other credentials" in err


def test_a_large_disparity_keeps_a_bundle_from_service(
    runs: Runs, run: Run, tmp_path: Path
) -> None:
    # Learners of one shift do what nobody could guess.
    data = Path(shutil.copytree(runs.data, tmp_path / "data"))
    with (data / "interactions.csv").open("a", newline="") as file:
        rows = csv.writer(file)
        for i in range(LEARNERS):
            if i // 2 % 2:
                course = f"{('plumbing', 'tailoring', 'bakery', 'joinery')[i % 4]}-{(i * 7) % 10}"
                rows.writerow([f"learner-{i:02}", course, "complete", "2026-03-01"])
    config = tmp_path / "c.json"
    config.write_text(json.dumps(TINY_SETTINGS))
    root = tmp_path / "bundles"
    code, _, err = run("train", data, "--out", root, "--config", config)
    assert code == 1
    assert "learners with shift 'late' is surely by more than 0.1 below that of all others" in err
    assert registry.current(root) is None
    [page] = root.glob("*.report.html")
    assert "<h2>Refused</h2>" in page.read_text()
    [card] = root.glob("*.model-card.md")
    assert "The gate refused this bundle" in card.read_text()
    config.write_text(json.dumps(TINY_SETTINGS | {"largest_disparity": None}))
    assert run("train", data, "--out", root, "--config", config)[0] == 0


def test_pages_open_in_a_browser_without_a_word(runs: Runs, run: Run, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    run("audit", runs.root, runs.data, "--html", page)
    with sync_playwright() as playwright:
        try:
            browser = launched(playwright)
        except Error as error:
            without_browser("THE PAGES OF A RUN", error.message.splitlines()[0])
        _look(browser, page, runs.second.papers["report.html"])
        browser.close()


def _look(browser: Browser, *pages: Path) -> None:
    said: list[str] = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        shown = context.new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(error.message))
        shown.on("request", lambda request: said.append(request.url))
        for path in pages:
            said.clear()
            shown.goto(path.as_uri())
            assert said == [path.as_uri()]
            wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert shown.evaluate(wide)
            assert shown.evaluate("document.querySelectorAll('svg > title').length") > 3
        context.close()
