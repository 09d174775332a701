"""Sentences with the skills they speak of, from files as others have them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.errors import DataError, Fault
from training.matching import Names

SENTENCE: Final = ("sentence", "text")
LABELS: Final = ("labels", "label", "skills")
"""What the columns may be called: the labels of a row in a list, or one in each row."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Sentences, the skills (rows) that each speaks of, how many labels no skill has, and how many
    sentences were left out since none of theirs is known.
    """

    sentences: list[str]
    skills: list[set[int]]
    unknown: int
    left_out: int


def read(path: Path, known: Names) -> Labelled:
    """The sentences of JSON lines or CSV; rows of the same sentence are one.

    A label is a skill's id, label or alias, whatever its case. Raises ``DataError`` naming file,
    row and column.
    """
    gathered: dict[str, list[str]] = {}
    for number, row in enumerate(_rows(path), 1):
        sentence, labels = _cell(path, number, row, SENTENCE), _cell(path, number, row, LABELS)
        if not isinstance(sentence, str) or not sentence.strip():
            raise _fault(path, number, SENTENCE, sentence, "expected a sentence")
        listed = _listed(labels)
        if listed is None:
            raise _fault(path, number, LABELS, labels, "expected a label or a list of them")
        gathered.setdefault(sentence, []).extend(listed)
    return _known(gathered, known)


def _known(gathered: Mapping[str, Iterable[str]], known: Names) -> Labelled:
    found = Labelled([], [], 0, 0)
    unknown = left_out = 0
    for sentence, labels in gathered.items():
        matches = [known.find(label) for label in dict.fromkeys(labels)]
        rows = {match.row for match in matches if match is not None}
        unknown += sum(match is None for match in matches)
        if rows:
            found.sentences.append(sentence)
            found.skills.append(rows)
        else:
            left_out += 1
    return Labelled(found.sentences, found.skills, unknown, left_out)


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            yield from csv.DictReader(file)
            return
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise _fault(path, number, (), line, "expected a JSON object") from error
            if not isinstance(row, dict):
                raise _fault(path, number, (), line, "expected a JSON object")
            yield row


def _cell(path: Path, number: int, row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if row.get(name) is not None:
            return row[name]
    raise _fault(path, number, names, None, f"expected a column {' or '.join(names)}")


def _listed(cell: Any) -> list[str] | None:
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        try:
            cell = json.loads(cell)
        except ValueError:
            return None
    if isinstance(cell, str):
        return [cell]
    if isinstance(cell, list) and all(isinstance(each, str) for each in cell):
        return cell
    return None


def _fault(
    path: Path, number: int, names: tuple[str, ...], value: object, reason: str
) -> DataError:
    shown = None if value is None else str(value)[:80]
    return DataError([Fault(str(path), number, next(iter(names), None), shown, reason)])
