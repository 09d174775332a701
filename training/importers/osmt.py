"""Rich skill descriptors of the Open Skills Management Toolset, as JSON and as tables.

Keywords are not aliases: many skills share one, and it would lead free text to any of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.errors import DataError, Fault, UsageError
from training.importers import rows
from training.importers.linked import many, parsed, text
from training.importers.rows import Row
from training.importers.source import Imported, Source, Tables, slug, text_table

TABLES: Final = (".csv", ".xlsx")
LISTED: Final = {
    "keywords": "Keywords", "categories": "Category", "standards": "Standards",
    "certifications": "Certifications", "employers": "Employers", "collections": "Collections",
}  # fmt: skip
COLUMNS: Final = {
    "id": ("canonical url",),
    "skillName": ("rsd name", "skill name"),
    "skillStatement": ("skill statement", "contextualized skill statement"),
    "authors": ("author", "authors"),
    "categories": ("category", "categories", "skill category"),
    "keywords": ("keywords",),
    "standards": ("standards", "professional standards"),
    "certifications": ("certifications",),
    "employers": ("employers", "employer"),
    "collections": ("collections", "collection"),
}
"""The columns of its exports and of its templates for importing, whatever their case."""

OCCUPATIONS: Final = (
    "detailed occupations", "bls detailed occupation", "o*net job codes", "o*net job role",
)  # fmt: skip
_DETAILED: Final = re.compile(r"(\d\d-\d{3}[1-9])(\.\d\d)?")
_ALIGNED: Final = re.compile(r"alignment( \d+)?( url)?")
DIGEST: Final = 8
"""Hexadecimal digits that tell descriptors of one name apart."""


def read(path: Path, existing: Tables) -> Imported:
    """All descriptors below ``path`` as skills; the occupations they name as roles."""
    source = Source(path)
    placed: dict[str, str] = {}
    skills: dict[str, Row] = {}
    links: dict[tuple[str, str], Row] = {}
    roles: dict[str, Row] = {}
    certified: dict[str, list[str]] = {}
    nameless = 0
    for name, descriptor in _descriptors(source):
        label = text(descriptor, "skillName")
        if label is None:
            nameless += 1
            continue
        id_ = text(descriptor, "id", "uuid") or _own(label, text(descriptor, "skillStatement"))
        if id_ in skills:
            continue
        placed[id_] = name
        skills[id_] = {
            "id": id_,
            "label": label,
            "description": _description(descriptor),
            "taxonomy": text(descriptor, "authors", "author") or "osmt",
        }
        for each in many(descriptor.get("alignments")):
            other = text(each, "id", "uri") if isinstance(each, dict) else None
            if other is not None and other != id_:
                link = {"skill": id_, "other": other, "kind": "close", "origin": "stated"}
                links[id_, other] = link | {"score": 1}
        for each in many(descriptor.get("occupations")):
            _role(roles, each, id_)
        for title in _names(descriptor.get("certifications")):
            certified.setdefault(title.lower(), []).append(id_)
    if not skills:
        raise UsageError(f"{path}: holds no rich skill descriptor")
    found = {
        "skills": list(skills.values()),
        "crosswalk": list(links.values()),
        "roles": [_beside(row, existing) for row in roles.values()],
        "credentials": _certifying(certified, existing),
    }
    notes = (f"{nameless} descriptors left out: without a name",) if nameless else ()
    return Imported(rows.tables(found, existing, placed), notes)


def _own(label: str, statement: str | None) -> str:
    """An id for a descriptor that has none: several may share a name, and differ in what they
    state.
    """
    digest = hashlib.sha256((statement or "").encode()).hexdigest()[:DIGEST]
    return f"osmt:{slug(label)}-{digest}"


def _descriptors(source: Source) -> Iterator[tuple[str, Row]]:
    for name, content in source.documents(".json", ".jsonld", *TABLES):
        if name.lower().endswith(TABLES):
            frame = text_table(name, content, ())
            if not {each.strip().lower() for each in frame.columns} & {*COLUMNS["skillName"]}:
                reason = f"this column is missing; found: {', '.join(frame.columns)[:200]}"
                raise DataError([Fault(name, None, "RSD Name", None, reason)])
            for row in frame.to_dicts():
                yield name, _of_row({each.strip().lower(): cell for each, cell in row.items()})
        else:
            for each in _objects(parsed(name, content)):
                yield name, each


def _objects(value: Any) -> Iterator[Row]:
    for each in many(value):
        if isinstance(each, dict) and "skillName" in each:
            yield each
        elif isinstance(each, dict):
            for part in each.values():
                if isinstance(part, dict | list):
                    yield from _objects(part)


def _of_row(row: Row) -> Row:
    """A line of a table in the form of the JSON export; its lists are parted by semicolons."""
    told: Row = {
        name: next((row[each] for each in columns if row.get(each) is not None), None)
        for name, columns in COLUMNS.items()
    }
    for name in (*LISTED, "authors"):
        told[name] = _parted(told[name])
    told["alignments"] = [{"id": row[name]} for name in row if _ALIGNED.fullmatch(name)]
    told["occupations"] = [
        {"code": code} for name in OCCUPATIONS for code in _parted(row.get(name))
    ]
    return told


def _parted(cell: str | None) -> list[str]:
    return [each.strip() for each in (cell or "").split(";") if each.strip()]


def _names(value: Any) -> list[str]:
    """Names in a list of texts or of objects."""
    found = [
        text(each, "name", "skillName", "targetNodeName") if isinstance(each, dict) else each
        for each in many(value)
    ]
    return [each for each in found if isinstance(each, str) and each.strip()]


def _description(descriptor: Row) -> str | None:
    lists = {name: _names(descriptor.get(name)) for name in LISTED}
    lists["categories"] = lists["categories"] or _names(descriptor.get("category"))
    told = [f"{LISTED[name]}: {', '.join(given)}" for name, given in lists.items() if given]
    return "\n".join([*filter(None, [text(descriptor, "skillStatement")]), *told]) or None


def _role(roles: dict[str, Row], occupation: Any, skill: str) -> None:
    """An occupation is O*NET's where its code is, and another framework's else."""
    code = text(occupation, "code") if isinstance(occupation, dict) else None
    if code is None:
        return
    framework = (text(occupation, "frameworkName") or "o*net").lower()
    detailed = _DETAILED.fullmatch(code)
    if "net" in framework or "bls" in framework:
        if detailed is None:
            return
        id_ = f"onet:{detailed[1]}{detailed[2] or '.00'}"
    else:
        id_ = f"{framework}:{code}"
    row = roles.setdefault(id_, {"id": id_, "requirements": {}})
    if title := text(occupation, "targetNodeName"):
        row.setdefault("title", title)
    row["requirements"][skill] = {"skill": skill}


def _beside(row: Row, existing: Tables) -> Row:
    """The role with its requirements beside those it has, and with its title if it has one."""
    fresh = list(row["requirements"].values())
    held = existing["roles"].filter(pl.col("id") == row["id"]) if "roles" in existing else None
    if held is None or held.is_empty():
        return row | {"requirements": fresh}
    before = held.to_dicts()[0]
    named = row["requirements"]
    kept = [each for each in before["requirements"] or () if each["skill"] not in named]
    return {
        "id": row["id"],
        "title": before["title"] or row.get("title"),
        "requirements": [*kept, *fresh],
    }


def _certifying(certified: dict[str, list[str]], existing: Tables) -> list[Row]:
    """Credentials of ``existing`` whose title a descriptor names, with the skills they certify."""
    if "credentials" not in existing:
        return []
    found = []
    for held in existing["credentials"].select("id", "title", "skills").to_dicts():
        given = list(held["skills"] or ())
        fresh = [
            {"skill": each}
            for each in certified.get(held["title"].lower(), ())
            if each not in {one["skill"] for one in given}
        ]
        if fresh:
            found.append({"id": held["id"], "title": held["title"], "skills": [*given, *fresh]})
    return found
