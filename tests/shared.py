"""What several tests name: the project's folder, and settings that train in seconds."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TINY_SETTINGS = {"text": "none", "components": 8, "folds": 2, "questions": 300, "rounds": 20}
