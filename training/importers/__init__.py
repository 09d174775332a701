"""Public sources, brought into the data contract: one module for each.

A new source is a module with a ``read`` of type ``Importer`` and a line in ``IMPORTERS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.errors import UsageError
from training.importers import (
    case,
    coursera,
    ctdl,
    esco,
    generic,
    mars,
    oews,
    onet,
    osmt,
    schema_org,
)
from training.importers.source import Imported, Importer
from training.writing import Counts, existing, merge

__all__ = ["IMPORTERS", "Imported", "Importer", "Summary", "run"]

IMPORTERS: Final[Mapping[str, Importer]] = {
    "case": case.read,
    "coursera": coursera.read,
    "csv": generic.read,
    "ctdl": ctdl.read,
    "esco": esco.read,
    "mars": mars.read,
    "oews": oews.read,
    "onet": onet.read,
    "osmt": osmt.read,
    "schema-org": schema_org.read,
}


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did: rows by table, and notes for the user."""

    source: str
    out: Path
    tables: Mapping[str, Counts]
    notes: tuple[str, ...]


def run(source: str, path: Path, out: Path) -> Summary:
    """Read originals from ``path`` and merge them into the data folder ``out``.

    Raises ``UsageError`` for an unknown source or unusable originals; ``out`` is then as it
    was before.
    """
    if source not in IMPORTERS:
        raise UsageError(f"unknown source '{source}': expected one of {', '.join(IMPORTERS)}")
    imported = IMPORTERS[source](path, existing(out))
    return Summary(source, out, merge(out, imported.tables), imported.notes)
