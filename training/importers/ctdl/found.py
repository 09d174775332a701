"""What is found in CTDL on the way through its resources, kept until it becomes tables."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from training.importers.ctdl.vocabulary import EARNED, STEPS
from training.importers.linked import Graph, Node, kinds, objects, references, text
from training.importers.source import slug

_OWN: Final = re.compile(r"urn:cairn:(?:credential|role|skill):(.+)", re.DOTALL)
_ADDRESS: Final = re.compile(r"(?:https?://|urn:)\S+")

Row = dict[str, Any]


@dataclass(slots=True)
class Found:
    """Rows by id, each with the document it is from; ``named`` are credentials that others name
    and nothing describes. ``left`` counts what could not be kept, by what it was.
    """

    graph: Graph
    credentials: dict[str, Row] = field(default_factory=dict)
    skills: dict[str, Row] = field(default_factory=dict)
    roles: dict[str, Row] = field(default_factory=dict)
    named: dict[str, Row] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)

    def credential(self, reference: str) -> str:
        """The id of a credential that is referred to, which has a row from now on."""
        node = self.graph.find(reference)
        if node is not None and set(kinds(node)) & STEPS:
            return self.component(node)
        id_ = identity(reference) if node is None else identity_of(node)
        title = None if node is None else text(node, "name")
        if node is None or not set(kinds(node)) & EARNED:
            self._named(id_, title)
        return id_

    def component(self, node: Node) -> str:
        """The id of the credential that a part of a pathway stands for; its own without any."""
        proxies = list(references(node, "proxyFor", "proxyForList", "sourceData"))
        if not proxies:
            id_ = identity_of(node)
            self._named(id_, text(node, "name"))
            return id_
        target = self.graph.find(proxies[0])
        id_ = identity(proxies[0]) if target is None else identity_of(target)
        if target is None or not set(kinds(target)) & EARNED:
            self._named(id_, text(node, "name"))
        return id_

    def _named(self, id_: str, title: str | None) -> None:
        row = self.named.setdefault(id_, {"id": id_, "title": id_})
        if title is not None and row["title"] == id_:
            row["title"] = title

    def skill(self, value: Any, *, row: bool = False) -> str | None:
        """The id of a skill that an alignment, a reference or a text names, else its text.

        What has an address becomes a row of ``skills``; with ``row`` a mere text does, too.
        """
        if isinstance(value, dict):
            target = next(references(value, "targetNode"), None)
            target = target or next(references({"": value}, ""), None)
            label = text(value, "targetNodeName", "competencyLabel", "competencyText", "name")
            about = text(value, "targetNodeDescription")
            taxonomy = text(value, "frameworkName") or next(references(value, "framework"), None)
        else:
            target = label = about = taxonomy = None
            if isinstance(value, str) and (_ADDRESS.fullmatch(value) or self.graph.find(value)):
                target = value
            elif isinstance(value, str) and value.strip():
                label = value.strip()
        if target is None:
            if label is not None and row:
                self.skills.setdefault(label, {"id": label, "label": label})
            return label
        node = self.graph.find(target)
        id_ = identity(target) if node is None else identity_of(node)
        known = self.skills.setdefault(id_, {"id": id_})
        for name, told in (("label", label), ("description", about), ("taxonomy", taxonomy)):
            if told is not None:
                known.setdefault(name, told)
        return id_

    def people(self, node: Node, *names: str) -> list[str]:
        """The names of the organisations that properties refer to, their ids where unnamed."""
        given = {each.get("@id"): text(each, "name") for each in objects(node, *names)}
        found = [text(each, "name") for each in objects(node, *names) if "@id" not in each]
        for reference in references(node, *names):
            other = self.graph.find(reference)
            name = given.get(reference) or (None if other is None else text(other, "name"))
            found.append(name or (None if reference.startswith("_:") else reference))
        return list(dict.fromkeys(each for each in found if each))


def identity_of(node: Node) -> str:
    """The id of a resource: its ``@id``; for a blank one its CTID, its page, or its name."""
    at = node.get("@id")
    ways = (None if str(at).startswith("_:") else at, node.get("ctid"), node.get("subjectWebpage"))
    way = next((each for each in ways if isinstance(each, str) and each.strip()), None)
    return identity(way or f"ctdl:{slug(kinds(node)[0])}:{slug(text(node, 'name') or '')}")


def identity(reference: str) -> str:
    """The id behind an address; one that Cairn itself made gives back what it was made from."""
    own = _OWN.fullmatch(reference)
    return unquote(own[1]) if own else reference.strip()
