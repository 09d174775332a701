"""JSON and JSON-LD as resources that name each other, whatever envelope they come in.

Names lose their prefix (``ceterms:name``, ``https://schema.org/name`` → ``name``), blank nodes get
the number of their document, so that those of two documents are not taken for the same. Nothing
is fetched, no context is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import orjson

from models.errors import DataError, Fault

Node: TypeAlias = dict[str, Any]

DEEPEST: Final = 64
"""So deep a document may be nested."""

ALIASES: Final = {"type": "@type", "id": "@id"}
"""As many contexts have it."""

_KEYWORDS: Final = frozenset({"@id", "@type", "@context", "@index", "@language", "@direction"})
_PREFIX: Final = re.compile(
    r"^(?:(?:ceterms|ceasn|schema|asn|qdata):|https?://schema\.org/"
    r"|https?://(?:www\.)?purl\.org/(?:ctdl|ctdlasn)/terms/)"
)
_CTID: Final = re.compile(r"ce-[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")


def parsed(name: str, content: bytes) -> Any:
    """A JSON document; ``DataError`` where it is none, or nested deeper than ``DEEPEST``."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise DataError([Fault(name, None, None, None, f"not JSON: {error}")]) from error
    level, at_level = 0, [value]
    while at_level := [
        part
        for each in at_level
        if isinstance(each, dict | list)
        for part in (each.values() if isinstance(each, dict) else each)
    ]:
        level += 1
        if level > DEEPEST:
            reason = f"nested deeper than {DEEPEST} levels"
            raise DataError([Fault(name, None, None, None, reason)])
    return value


@dataclass(slots=True)
class Graph:
    """The resources of some documents in their order: ``nodes``, the document ``of`` each (by the
    node's ``id()``), and how they are referred to.
    """

    nodes: list[Node] = field(default_factory=list)
    of: dict[int, str] = field(default_factory=dict)
    _named: dict[str, Node] = field(default_factory=dict)
    _documents: int = 0

    def add(self, name: str, document: Any) -> None:
        """Take in what a document holds."""
        self._documents += 1
        self._walk(name, _plain(document, f"_:{self._documents}."), outermost=True)

    def _walk(self, name: str, value: Any, *, outermost: bool) -> None:
        if isinstance(value, list):
            for each in value:
                self._walk(name, each, outermost=outermost)
        elif isinstance(value, dict):
            typed = bool(kinds(value))
            if typed and (outermost or value.get("@id") or value.get("ctid")):
                self._take(name, value)
            for part in value.values():
                if isinstance(part, dict | list):
                    self._walk(name, part, outermost=outermost and not typed)

    def _take(self, name: str, node: Node) -> None:
        ways = [way for way in (node.get("@id"), node.get("ctid")) if isinstance(way, str)]
        known = next((self._named[way] for way in ways if way in self._named), None)
        if known is not None:
            # The same resource once more: what is known of it already stays.
            known.update({key: part for key, part in node.items() if key not in known})
            node = known
        else:
            self.nodes.append(node)
            self.of[id(node)] = name
        for way in ways:
            self._named.setdefault(way, node)
            if short := _CTID.search(way):
                self._named.setdefault(short[0], node)

    def find(self, reference: str) -> Node | None:
        """The resource that a reference leads to: its ``@id``, its CTID, or an address of it."""
        short = _CTID.search(reference)
        return self._named.get(reference) or (self._named.get(short[0]) if short else None)


def _plain(value: Any, blank: str) -> Any:
    if isinstance(value, list):
        return [_plain(each, blank) for each in value]
    if isinstance(value, dict):
        node: Node = {}
        for key, part in value.items():
            short = ALIASES.get(key) or _PREFIX.sub("", key)
            if short == "@type":
                part = [_PREFIX.sub("", each) for each in many(part) if isinstance(each, str)]
            node.setdefault(short, _plain(part, blank))
        return node
    if isinstance(value, str) and value.startswith("_:"):
        return blank + value[2:]
    return value


def many(value: Any) -> list[Any]:
    """What a property holds, one or several, as a list; JSON-LD's containers are opened."""
    if isinstance(value, dict) and ("@list" in value or "@set" in value):
        value = value.get("@list", value.get("@set"))
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def kinds(node: Mapping[str, Any]) -> list[str]:
    """The classes of a resource, without prefixes."""
    return [each for each in many(node.get("@type")) if isinstance(each, str)]


def objects(node: Mapping[str, Any], *names: str) -> Iterator[Node]:
    """The objects among the values of properties."""
    for name in names:
        yield from (each for each in many(node.get(name)) if isinstance(each, dict))


def references(node: Mapping[str, Any], *names: str) -> Iterator[str]:
    """What properties refer to, each once."""
    found: dict[str, None] = {}
    for name in names:
        for each in many(node.get(name)):
            reference = each
            if isinstance(each, dict):
                reference = each.get("@id") or each.get("ctid") or each.get("subjectWebpage")
            if isinstance(reference, str) and reference.strip():
                found.setdefault(reference.strip())
    return iter(found)


def texts(value: Any) -> list[str]:
    """All texts of a property, of a language map English first."""
    found: list[str] = []
    for each in many(value):
        if isinstance(each, dict):
            tongues = {"": each["@value"]} if "@value" in each else each
            order = sorted(
                tongues, key=lambda tongue: not tongue.lower().lstrip("@").startswith("en")
            )
            found += [
                one for tongue in order if tongue not in _KEYWORDS for one in texts(tongues[tongue])
            ]
        elif isinstance(each, str) and each.strip():
            found.append(each.strip())
        elif isinstance(each, int | float) and not isinstance(each, bool):
            found.append(str(each))
    return found


def text(node: Mapping[str, Any], *names: str) -> str | None:
    """The first text of the first property that has one."""
    return next(iter(all_texts(node, names)), None)


def all_texts(node: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The texts of properties, each once."""
    return list(dict.fromkeys(each for name in names for each in texts(node.get(name))))
