"""Public sources, brought into the data contract: one module for each.

A new source is a module with a ``read`` of type ``Importer`` and a line in ``IMPORTERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.errors import UsageError
from models.records.people import People
from training.importers import (
    caliper,
    case,
    coursera,
    ctdl,
    esco,
    generic,
    mars,
    moodle,
    oews,
    onet,
    openedx,
    osmt,
    schema_org,
    xapi,
)
from training.importers.source import Imported, Importer, Tables
from training.writing import Counts, existing, merge

__all__ = ["IMPORTERS", "Imported", "Importer", "Summary", "run"]

IMPORTERS: Final[Mapping[str, Importer]] = {
    "case": case.read,
    "coursera": coursera.read,
    "csv": generic.read,
    "ctdl": ctdl.read,
    "esco": esco.read,
    "mars": mars.read,
    "moodle": moodle.read,
    "oews": oews.read,
    "onet": onet.read,
    "openedx": openedx.read,
    "osmt": osmt.read,
    "schema-org": schema_org.read,
}

OF_PEOPLE: Final[Mapping[str, Callable[[Path, Tables, People], Imported]]] = {
    "caliper": caliper.read,
    "xapi": xapi.read,
}
"""Sources in which learners are named in a way that is not to be kept."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did: rows by table, and notes for the user."""

    source: str
    out: Path
    tables: Mapping[str, Counts]
    notes: tuple[str, ...]


def run(source: str, path: Path, out: Path, people: People | None = None) -> Summary:
    """Read originals from ``path`` and merge them into the data folder ``out``. ``people`` gives
    learners their pseudonyms; without them they are those of the tenant ``demo``.

    Raises ``UsageError`` for an unknown source or unusable originals; ``out`` is then as it
    was before.
    """
    if source in OF_PEOPLE:
        imported = OF_PEOPLE[source](path, existing(out), people or People.of("demo", None))
    elif source in IMPORTERS:
        imported = IMPORTERS[source](path, existing(out))
    else:
        known = ", ".join(sorted({*IMPORTERS, *OF_PEOPLE}))
        raise UsageError(f"unknown source '{source}': expected one of {known}")
    return Summary(source, out, merge(out, imported.tables), imported.notes)
