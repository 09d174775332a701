"""The decision log as a table: one row for each credential shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from models.columns import Columns

OF_ANSWER: Final = ("request_id", "at", "route", "learner", "bundle_version", "mode")
OF_ITEM: Final = ("credential", "rank", "score", "propensity")
AS_JSON: Final = ("request", "degraded", "candidates", "experiments", "settings", "exploration")
"""What has parts of its own: JSON in a column of text."""


def table(decisions: Iterable[Mapping[str, Any]]) -> Columns:
    """Recommendations and paths, oldest first; an answer without credentials has one row, of rank
    null. Unknown is null; ``at`` is in seconds since the epoch, UTC.
    """
    rows = [
        {name: decision.get(name) for name in OF_ANSWER}
        | {name: item.get(name) for name in OF_ITEM}
        | {"sources": _json(item.get("sources")), "reasons": _json(item.get("reasons"))}
        | {name: _json(decision.get(name)) for name in AS_JSON}
        for decision in decisions
        if "items" in decision
        for item in decision["items"] or [{}]
    ]
    names = (*OF_ANSWER, *OF_ITEM, "sources", "reasons", *AS_JSON)
    return {name: [row[name] for row in rows] for name in names}


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
