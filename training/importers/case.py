"""CASE 1.1 (1EdTech): the items of competency frameworks, and how they are associated.

A package holds ``CFDocument``, ``CFItems`` and ``CFAssociations``; several files may hold one
framework between them, and frameworks that refer to each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from models.errors import UsageError
from training.importers import rows
from training.importers.found import unordered
from training.importers.linked import many, parsed, text, texts
from training.importers.rows import Row
from training.importers.source import Imported, Source, Tables

KINDS: Final = {
    "exactMatchOf": "exact", "isTranslationOf": "exact", "isRelatedTo": "related",
}  # fmt: skip
"""Association types in the words of the crosswalk; others keep their own."""


def read(path: Path, existing: Tables) -> Imported:
    """All packages below ``path``, their items as skills."""
    documents = {name: parsed(name, content) for name, content in Source(path).documents(".json")}
    tops = {
        way
        for document in documents.values()
        for package in _packages(document)
        for each in (
            *_parts(package, "CFDocument"),
            *(item.get("CFDocumentURI") for item in _parts(package, "CFItems", "CFItem")),
        )
        for way in _ways(each)
    }
    skills: dict[str, Row] = {}
    known: dict[str, str] = {}
    placed: dict[str, str] = {}
    for name, document in documents.items():
        for package in _packages(document):
            framework = next(_parts(package, "CFDocument"), {})
            for item in _parts(package, "CFItems", "CFItem"):
                row = _skill(item, text(framework, "title"))
                if row is not None:
                    skills.setdefault(row["id"], row)
                    placed.setdefault(row["id"], name)
                    known |= dict.fromkeys(_ways(item), str(row["id"]))
    if not skills:
        raise UsageError(f"{path}: holds no CFItems of CASE")
    links, left = _links(documents.values(), skills, known, tops)
    for row in skills.values():
        row |= {"broader": list(row["broader"]), "after": list(row["after"])}
    left["orders that contradict each other"] += unordered(skills)
    found = {"skills": list(skills.values()), "crosswalk": links}
    notes = tuple(f"{count} associations left out: {what}" for what, count in left.items() if count)
    return Imported(rows.tables(found, existing, placed), notes)


def _packages(value: Any) -> Iterator[Row]:
    """Every object that holds items or associations, wherever it lies."""
    for each in many(value):
        if isinstance(each, dict):
            if {"CFItems", "CFItem", "CFAssociations", "CFAssociation"} & each.keys():
                yield each
            elif "fullStatement" in each:
                yield {"CFItem": each}
            elif "associationType" in each:
                yield {"CFAssociation": each}
            else:
                for part in each.values():
                    if isinstance(part, dict | list):
                        yield from _packages(part)


def _parts(package: Row, *names: str) -> Iterator[Row]:
    for name in names:
        yield from (each for each in many(package.get(name)) if isinstance(each, dict))


def _ways(node: Any) -> list[str]:
    """How an item is referred to: by its identifier and by its address."""
    if isinstance(node, str):
        return [node.strip()] if node.strip() else []
    ways = (node.get("identifier"), node.get("uri")) if isinstance(node, dict) else ()
    return [each.strip() for each in ways if isinstance(each, str) and each.strip()]


def _skill(item: Row, framework: str | None) -> Row | None:
    ways = _ways(item)
    statement, short = text(item, "fullStatement"), text(item, "abbreviatedStatement")
    label = short or statement or text(item, "humanCodingScheme")
    if not ways or label is None:
        return None
    names = [text(item, "humanCodingScheme"), text(item, "alternativeLabel")]
    told = [statement if short else None, text(item, "notes")]
    told += [_list(item, "conceptKeywords", "Keywords"), _list(item, "educationLevel", "Levels")]
    return {
        "id": ways[-1],
        "label": label,
        "aliases": list(dict.fromkeys(each for each in names if each and each != label)),
        "description": "\n".join(each for each in told if each) or None,
        "taxonomy": framework or _title(item) or "case",
        "broader": {},
        "after": {},
    }


def _title(item: Row) -> str | None:
    document = item.get("CFDocumentURI")
    return text(document, "title") if isinstance(document, dict) else None


def _list(item: Row, name: str, shown: str) -> str | None:
    found = texts(item.get(name))
    return f"{shown}: {', '.join(found)}" if found else None


def _links(
    documents: Iterable[Any], skills: dict[str, Row], known: dict[str, str], tops: set[str]
) -> tuple[list[Row], Counter[str]]:
    links: dict[tuple[str, str, str], Row] = {}
    left: Counter[str] = Counter()
    associations = [
        each
        for document in documents
        for package in _packages(document)
        for each in _parts(package, "CFAssociations", "CFAssociation")
    ]
    for each in associations:
        kind = text(each, "associationType")
        origin = _end(each.get("originNodeURI"), known)
        other = _end(each.get("destinationNodeURI"), known)
        if kind is None or origin is None or other is None:
            left["without a type or an end"] += 1
        elif origin == other:
            left["of an item with itself"] += 1
        elif kind in ("isChildOf", "precedes"):
            below, above = (origin, other) if kind == "isChildOf" else (other, origin)
            if below in skills and above in skills:
                skills[below]["broader" if kind == "isChildOf" else "after"][above] = None
            elif kind == "precedes" or above not in tops:
                left["with an item that is in no document"] += 1
        else:
            said = KINDS.get(kind, kind)
            link = {"skill": origin, "other": other, "kind": said, "origin": "stated", "score": 1}
            links.setdefault((origin, other, said), link)
    return list(links.values()), left


def _end(node: Any, known: dict[str, str]) -> str | None:
    ways = _ways(node)
    return next((known[way] for way in ways if way in known), ways[-1] if ways else None)
