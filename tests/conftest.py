"""Fixtures shared by every room's tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import pytest
from hypothesis import settings
from shared import ROOT, TINY_SETTINGS, Run
from tiny_data import write_data

import cairn
from models.bundle import registry
from models.encoder import TextEncoder

if TYPE_CHECKING:
    from training.embedder import Embedder

# The same examples in every run: a failure is one for everybody, and stays until it is mended.
# No deadline for one example: it would tell how busy the machine is.
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.load_profile("fixed")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that at the end no process is left alone with one."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests ask loopback alone; every HTTP client would read all authorities' certificates first,
    for 20 ms of a processor. One is left, since clients of object storage refuse to do without.
    """
    folder = tmp_path_factory.mktemp("certificates")
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----\n")
    (folder / "one.pem").write_text(first + end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / "one.pem"))
        patch.setenv("SSL_CERT_DIR", str(folder))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data, or a skip where it is absent."""
    folder = Path(os.environ.get("CAIRN_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "mars_en").is_dir():
        pytest.skip(f"real data not found in {folder}; set CAIRN_DATA to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of ``tiny_data.py``; only to be read."""
    return write_data(tmp_path_factory.mktemp("tiny") / "data")


@pytest.fixture(scope="session")
def tiny_bundle(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle trained on ``tiny_data``; only to be read."""
    from training.config import Config
    from training.job import train
    from training.progress import Silent

    config = Config.model_validate(TINY_SETTINGS)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    out = tmp_path_factory.mktemp("bundles")
    return train(tiny_data, out, config, 1, now, Silent()).folder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The text model, loaded once."""
    from training.embedder import Embedder

    return Embedder()


@pytest.fixture(scope="session")
def encoder(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    """The same model as a bundle carries it."""
    folder = tmp_path_factory.mktemp("encoder")
    embedder.export(folder)
    return TextEncoder(folder)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process: exit code, standard output, standard error."""
    for name in os.environ:
        if name.startswith("CAIRN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CAIRN_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("CAIRN_TRACKING", "false")
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cairn.main([str(each) for each in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return int(left.value.code or 0), out, err

    return command


@pytest.fixture
def served(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A registry whose current bundle is a copy of the tiny one, where ``CAIRN_VAR`` has it."""
    root = tmp_path / "var" / "bundles"
    shutil.copytree(tiny_bundle, root / tiny_bundle.name)
    registry.promote(root, tiny_bundle.name)
    return root
