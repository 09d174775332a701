"""Fixtures shared by every room's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data, or a skip where it is absent."""
    folder = Path(os.environ.get("CAIRN_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "mars_en").is_dir():
        pytest.skip(f"real data not found in {folder}; set CAIRN_DATA to the folder that holds it")
    return folder
