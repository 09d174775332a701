"""xAPI statements as a store exports them: read as the service reads them."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from models.errors import DataError, Fault
from models.records.people import People
from models.records.record import Record, Voiding
from models.records.xapi import Statement
from training.importers.acts import imported
from training.importers.documents import documents, faulty
from training.importers.source import Imported, Source, Tables


def read(path: Path, existing: Tables, people: People) -> Imported:
    """Statements as JSON, one on each line or in lists; voided ones are left out."""
    faults: list[Fault] = []
    records: list[Record] = []
    voided: set[str] = set()
    unread = 0
    for at in documents(Source(path), "statements (.json, .jsonl)", faults):
        try:
            found = Statement.model_validate(at.value).read(people)
        except ValidationError as error:
            faults += faulty(at, error)
            continue
        match found:
            case Record(at=None):
                faults.append(Fault(at.file, at.row, "timestamp", None, "expected a time"))
            case Record():
                records.append(found)
            case Voiding():
                voided.add(found.id)
            case None:
                unread += 1
    if faults:
        raise DataError(faults)
    kept = [record for record in records if record.id not in voided]
    told = (
        (unread, "statements say nothing of a learner and a credential"),
        (len(records) - len(kept), "voided statements left out"),
    )
    notes = tuple(f"{count} {what}" for count, what in told if count)
    return imported(kept, existing, grows="credentials" not in existing, notes=notes)
