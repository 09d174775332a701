"""What several tests name: the project's folder, settings that train in seconds, the command."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent

TINY_SETTINGS = {"text": "none", "components": 8, "folds": 2, "questions": 300, "rounds": 20}

Run = Callable[..., tuple[int, str, str]]
"""Runs a command with its arguments: exit code, standard output, standard error."""


def without_browser(untested: str, why: str) -> NoReturn:
    """Skip aloud what only a browser can tell; a build machine must have one."""
    said = f"NO BROWSER, SO NOTHING OF {untested} IS TESTED: {why}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)
