"""JSON documents of a download: lists of them, one, or one on each line; packed or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import orjson
from pydantic import ValidationError

from models.errors import Fault, UsageError
from training.cells import SHOWN
from training.importers.source import Source

FILES: Final = r".+\.(json|jsonl|ndjson|log)(-\d+)?(\.gz)?"


class Document(NamedTuple):
    """One of them, and where it is: ``row`` counts from 1, blank lines included."""

    file: str
    row: int
    value: object


def documents(source: Source, expected: str, faults: list[Fault]) -> Iterator[Document]:
    """All of them; lines that hold none are added to ``faults``. ``expected`` names the files for
    people, where there is none.
    """
    if not source.names(FILES):
        raise UsageError(f"{source.path}: {expected} not found there, nor in a zip archive there")
    for name, content in source.every(FILES):
        try:
            whole = orjson.loads(content)
        except orjson.JSONDecodeError:
            yield from _lines(name, content, faults)
        else:
            for row, value in enumerate(_several(whole), 1):
                yield Document(name, row, value)


def _several(whole: object) -> list[object]:
    match whole:
        case list():
            return whole
        case {"statements": [*statements]}:  # as a store of xAPI answers
            return list(statements)
    return [whole]


def _lines(name: str, content: bytes, faults: list[Fault]) -> Iterator[Document]:
    for row, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            shown = line[:SHOWN].decode(errors="replace")
            faults.append(Fault(name, row, None, shown, f"not valid JSON: {error}"))
        else:
            yield Document(name, row, value)


def faulty(at: Document, error: ValidationError) -> list[Fault]:
    """What is wrong with a document, by the names within it."""
    return [
        Fault(
            at.file,
            at.row,
            "/".join(map(str, each["loc"])) or None,
            str(each["input"])[:SHOWN],
            each["msg"],
        )
        for each in error.errors()
    ]
