"""One evaluation of the small data set, made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shared import TINY_SETTINGS

from training.comparison import compare
from training.config import Config
from training.progress import Silent


@pytest.fixture(scope="session")
def tiny_report(tiny_data: Path) -> dict[str, Any]:
    """What ``cairn evaluate`` measures on ``tiny_data``; only to be read."""
    config = Config.model_validate(TINY_SETTINGS)
    return compare(tiny_data, "last", ["popularity", "markov"], config, 1, Silent())
