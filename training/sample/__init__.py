"""The illustrative sample: a small data folder whose every entry is invented."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).resolve().parent
"""The data folder; its README says how it was made."""
