"""What several tests name: the project's folder, settings that train in seconds, the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TINY_SETTINGS = {"text": "none", "components": 8, "folds": 2, "questions": 300, "rounds": 20}

Run = Callable[..., tuple[int, str, str]]
"""Runs a command with its arguments: exit code, standard output, standard error."""
