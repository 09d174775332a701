"""Where an evaluation or an audit is kept: figures as JSON, the page as HTML."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from models.errors import UsageError
from training.report.page import render

Render = Callable[[Mapping[str, Any], datetime], str]


def check(*files: Path | None) -> None:
    """Raise ``UsageError`` for a file whose folder is missing, before hours of work."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise UsageError(f"{file}: there is no folder {file.parent}")


def save(
    report: Mapping[str, Any],
    figures: Path | None,
    page: Path | None,
    at: datetime,
    render: Render = render,
) -> None:
    """Write the files that are named; ``at`` is the moment that the page names as its own, and
    ``render`` makes it.
    """
    if figures is not None:
        figures.write_text(json.dumps(report, indent=2) + "\n")
    if page is not None:
        page.write_text(render(report, at), encoding="utf-8")
