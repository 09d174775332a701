"""Bundles in memory from a few rows, through the real reading and relating of a catalogue.

Transitions, item-to-item weights, counts and trends are fitted as training does; there are
no collaborative factors and no ranker, so that every answer can be worked out by hand.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from models.bundle import Bundle, Manifest, Parts, assemble
from training import behaviour, tables
from training.config import Config
from training.embedder import Embedder
from training.learners import held_kinds
from training.pipeline import Prepared, facts, prepare
from training.progress import Silent

Rows = Sequence[Mapping[str, object]]

ALONE: Rows = [{"id": "nothing", "title": "Nothing in particular"}]
NOBODY: Rows = [{"learner_id": "nobody", "credential_id": "nothing", "occurred_at": "2020-01-01"}]
NOW = 1_767_225_600.0
"""2026-01-01, after everything that happens in these worlds."""


def prepared(embedder: Embedder | None = None, **rows: Rows) -> Prepared:
    """The tables named, checked and made ready as training does."""
    given = {"credentials": ALONE, "interactions": NOBODY, **rows}
    if "interactions" not in rows:
        given["credentials"] = [*given["credentials"], *ALONE]
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in given.items():
            content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
            (Path(folder) / f"{name}.jsonl").write_bytes(content)
        data = tables.load(Path(folder))
    config = Config(text="none" if embedder is None else "minilm")
    return prepare(data, config, embedder, Silent())


def world(embedder: Embedder | None = None, **rows: Rows) -> Bundle:
    """A bundle of the tables named; without interactions one learner met ``nothing``."""
    ready = prepared(embedder, **rows)
    known = ready.known
    n_roles = ready.data.roles.height
    fitted = behaviour.fit(known, ready.learners.roles, n_roles, ridge=30.0)
    histories = {
        "histories.indptr": known.indptr,
        "histories.credential": known.credential,
        "histories.kind": known.kind,
        "histories.at": known.at,
    }
    parts = Parts(
        arrays=ready.catalogue.arrays | fitted | histories,
        tables=ready.catalogue.tables | {"learners": {"id": list(ready.learners.ids)}},
        indexes=ready.catalogue.indexes,
    )
    about = facts(ready, known, 0, parts, held_kinds(known))
    return assemble(Manifest(bundle_version="unwritten", files={}, **about), parts, None)
