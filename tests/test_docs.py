"""The examples in README and docs run, and their links lead somewhere.

A fenced block whose language is followed by ``run`` is executed: ``sh`` by bash, ``python`` by
Python. The blocks of one page run in order, in one folder that is laid out like the project's:
``training/sample`` is the sample and ``var/bundles`` a registry trained on part of it. A page that
names ``CAIRN_URL`` finds there a service on that registry, which takes ``CAIRN_KEY``.
Notebooks run whole, each in such a folder, and are kept without what they printed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from models.bundle import registry
from training.config import Config
from training.job import train
from training.progress import Silent

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "client/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```(sh|python) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))
RUNNABLE = [page for page in PAGES if BLOCK.search(page.read_text())]
QUICK = {"text": "none", "components": 8, "folds": 2, "questions": 300, "rounds": 20}
LEARNERS = 150


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    sample = folder / "training" / "sample"
    shutil.copytree(ROOT / "training" / "sample", sample, ignore=shutil.ignore_patterns("*.py"))
    interactions = sample / "interactions.csv"
    header, *rows = interactions.read_text().splitlines(keepends=True)
    few = [row for row in rows if int(re.search(r"learner-(\d+)", row)[1]) <= LEARNERS]
    interactions.write_text(header + "".join(few))
    root = folder / "var" / "bundles"
    now = datetime(2026, 1, 1, tzinfo=UTC)
    trained = train(sample, root, Config.model_validate(QUICK), 1, now, Silent())
    registry.promote(root, trained.folder.name)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """This checkout's ``cairn`` and Python first on the path, and no settings from outside."""
    binaries = tmp_path_factory.mktemp("bin")
    for command, arguments in {"cairn": "-m cairn", "python": ""}.items():
        script = binaries / command
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        script.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CAIRN_")}
    return kept | {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'client'}",
        "CAIRN_TRACKING": "false",
        # Tests beside each other may hold a store up for longer than users would wait.
        "CAIRN_STORE_TIMEOUT": "5",
        "CAIRN_STORE_PATIENCE": "5",
    }


@pytest.fixture(scope="module")
def served(project: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """A service on the project's bundle, by the variables that pages find it with."""
    key = "cairn_docs_" + "k" * 32
    var = {"CAIRN_VAR": str(project / "var"), "CAIRN_DEMO_KEY": key}
    with subprocess.Popen(
        [sys.executable, "-m", "cairn", "serve", "--port", "0"],
        cwd=project, env=environment | var, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        yield {"CAIRN_URL": url, "CAIRN_KEY": key}
        process.terminate()


def settle(folder: Path) -> None:
    """Wait for what goes on working there when a block is over, as a run's scribe may."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(folder):
                process.wait(120)


@pytest.mark.slow
@pytest.mark.parametrize("page", RUNNABLE, ids=name)
def test_examples_run(
    page: Path,
    project: Path,
    environment: dict[str, str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    here = tmp_path / "project"
    shutil.copytree(project, here, ignore=shutil.ignore_patterns("valkey", "spool"))
    if "CAIRN_URL" in page.read_text():
        environment = environment | request.getfixturevalue("served")
    for language, code in BLOCK.findall(page.read_text()):
        command = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-c", code]
        done = subprocess.run(
            command, cwd=here, env=environment, capture_output=True, text=True, timeout=600,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
        settle(here)


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name)
def test_notebooks_run(
    notebook: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "project"
    shutil.copytree(project, here, ignore=shutil.ignore_patterns("valkey", "spool"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    read = nbformat.read(notebook, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in read.cells)
    client = NotebookClient(read, timeout=600, resources={"metadata": {"path": str(here)}})
    client.execute()
    assert client.code_cells_executed == sum(cell.cell_type == "code" for cell in read.cells) >= 2


def test_there_are_examples_that_run() -> None:
    assert "README.md" in map(name, RUNNABLE)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(#[^)\s]*)?\)", page.read_text())
    local = [target for target, _ in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_anchors_exist(page: Path) -> None:
    missing = []
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text()):
        if "://" not in target:
            text = (page.parent / target if target else page).read_text()
            titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            if anchor not in slugs:
                missing.append(f"{target}#{anchor}")
    assert missing == []
