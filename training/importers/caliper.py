"""Caliper envelopes, or events alone, as an endpoint kept them: read as the service reads them."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from models.errors import DataError, Fault
from models.records.caliper import CaliperEvent, Envelope
from models.records.people import People
from training.importers.acts import imported
from training.importers.documents import documents, faulty
from training.importers.source import Imported, Source, Tables


def read(path: Path, existing: Tables, people: People) -> Imported:
    """Envelopes or events as JSON, one on each line or in lists."""
    faults: list[Fault] = []
    events: list[CaliperEvent | None] = []
    for at in documents(Source(path), "envelopes or events (.json, .jsonl)", faults):
        try:
            match at.value:
                case {"data": _}:
                    events += Envelope.model_validate(at.value).data
                case _:
                    events.append(CaliperEvent.model_validate(at.value))
        except ValidationError as error:
            faults += faulty(at, error)
    if faults:
        raise DataError(faults)
    read = [None if event is None else event.read(people) for event in events]
    records = [record for record in read if record is not None]
    unread = len(read) - len(records)
    notes = (f"{unread} records say nothing of a learner and a credential",) if unread else ()
    return imported(records, existing, grows="credentials" not in existing, notes=notes)
