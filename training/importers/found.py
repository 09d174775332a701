"""What is found on the way through linked resources, kept until it becomes tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.prerequisites import Condition, to_json, together
from training.cycles import unearnable_cycles
from training.importers import rows
from training.importers.linked import Graph, Node, kinds, objects, references, text
from training.importers.rows import Row
from training.importers.source import Imported, Tables, slug

_OWN: Final = re.compile(r"urn:cairn:(?:credential|role|skill):(.+)", re.DOTALL)
LISTED: Final = frozenset({"stacks_into", "recommended_after"})
_ADDRESS: Final = re.compile(r"(?:https?://|urn:)\S+")


@dataclass(slots=True)
class Found:
    """Rows by id, each with the document it is from; ``named`` are credentials that others name
    and nothing describes. ``left`` counts what could not be kept, by what it was.

    ``described`` are the classes that are credentials, ``standing`` those that stand for one. A
    row's ``_needs`` are conditions of it, its ``_beside`` what is to be taken at the same time.
    ``read`` counts the parts of the condition that is being read, ``asked`` those of all.
    """

    graph: Graph
    described: frozenset[str]
    standing: frozenset[str] = frozenset()
    credentials: dict[str, Row] = field(default_factory=dict)
    skills: dict[str, Row] = field(default_factory=dict)
    roles: dict[str, Row] = field(default_factory=dict)
    named: dict[str, Row] = field(default_factory=dict)
    links: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    read: int = 0
    asked: int = 0

    def credential(self, reference: str) -> str:
        """The id of a credential that is referred to, which has a row from now on."""
        node = self.graph.find(reference)
        if node is not None and set(kinds(node)) & self.standing:
            return self.component(node)
        id_ = identity(reference) if node is None else identity_of(node)
        title = None if node is None else text(node, "name")
        if node is None or not set(kinds(node)) & self.described:
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
        if target is None or not set(kinds(target)) & self.described:
            self._named(id_, text(node, "name"))
        return id_

    def row(self, id_: str) -> Row:
        """The row of a credential, described or only named."""
        return self.credentials.get(id_) or self.named[id_]

    def parts(self, whole: str, references: Iterable[str]) -> None:
        """Say that what is referred to counts towards a credential, as far as it is one itself."""
        for reference in references:
            if self._is_credential(reference):
                _listed(self.row(self.credential(reference)), "stacks_into", whole)

    def wholes(self, part: str, references: Iterable[str]) -> None:
        """Say that a credential counts towards what is referred to, likewise."""
        for reference in references:
            if self._is_credential(reference):
                _listed(self.row(part), "stacks_into", self.credential(reference))

    def _is_credential(self, reference: str) -> bool:
        node = self.graph.find(reference)
        return node is None or bool(set(kinds(node)) & self.described)

    def needs(self, own: Row, conditions: Iterable[Condition]) -> None:
        """Say what a credential needs, beside what is said of it already."""
        own.setdefault("_needs", {}).update(dict.fromkeys(conditions))

    def after(self, own: Row, earlier: str) -> None:
        """Say that a credential is better taken after another one."""
        _listed(own, "recommended_after", earlier)

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

    def link(self, skill: str, other: str, kind: str) -> None:
        """Say how a skill is aligned with one of another framework."""
        if skill != other:
            link = {"skill": skill, "other": other, "kind": kind, "origin": "stated", "score": 1}
            self.links.setdefault((skill, other, kind), link)

    def imported(self, existing: Tables) -> Imported:
        """The tables that are not empty, and notes. Raises ``DataError`` for every fault.

        Credentials that are only named get a row, so that what needs them goes on needing them,
        unless ``existing`` describes them already.
        """
        self._beside()
        self.left["orders of skills that contradict each other"] += unordered(self.skills)
        known = set(existing["credentials"]["id"]) if "credentials" in existing else set()
        there = {*self.credentials, *known}
        stubs = [row for id_, row in self.named.items() if id_ not in there]
        made = rows.tables(
            {
                "credentials": [_plain(each) for each in (*self.credentials.values(), *stubs)],
                "skills": list(self.skills.values()),
                "roles": list(self.roles.values()),
                "crosswalk": list(self.links.values()),
            },
            existing,
            self.documents,
        )
        notes = [f"{count} left out: {what}" for what, count in self.left.items() if count]
        if stubs:
            told = "credentials are only named by others: all but a title is unknown"
            notes.append(f"{len(stubs)} {told}")
        return Imported(made, tuple(notes))

    def _beside(self) -> None:
        """What is to be taken at the same time counts as needed before, save where both would then
        wait for each other.
        """
        given = {**self.named, **self.credentials}
        conditions = {id_: tree for id_, row in given.items() if (tree := _tree(row)) is not None}
        for id_ in {each for cycle in unearnable_cycles(conditions) for each in cycle}:
            if given[id_].pop("_beside", None):
                self.left["corequisites that would wait for each other"] += 1


def unordered(skills: dict[str, Row]) -> int:
    """Take back advice on what is learned ``after`` what among skills that come, in the end, after
    each other; how many entries.
    """
    place = {id_: at for at, id_ in enumerate(skills)}
    edges = [
        (place[id_], place[each])
        for id_, row in skills.items()
        for each in row.get("after") or ()
        if each in place
    ]
    if not edges:
        return 0
    ends = np.array(edges, np.int64).T
    graph = coo_array((np.ones(len(edges), np.bool_), tuple(ends)), (len(place), len(place)))
    _, ring = connected_components(graph, connection="strong")
    taken = 0
    in_order = list(skills.values())
    for at in np.unique(ends[0][ring[ends[0]] == ring[ends[1]]]).tolist():
        row = in_order[at]
        kept = [each for each in row["after"] if each not in place or ring[place[each]] != ring[at]]
        taken += len(row["after"]) - len(kept)
        row["after"] = kept
    return taken


def _listed(own: Row, column: str, other: str) -> None:
    if other != own["id"]:
        own.setdefault(column, {})[other] = None


def _tree(row: Row) -> Condition | None:
    return together([*row.get("_needs", ()), *row.get("_beside", ())])


def _plain(row: Row) -> Row:
    tree = _tree(row)
    told = {
        name: list(value) if name in LISTED else value
        for name, value in row.items()
        if not name.startswith("_")
    }
    return told | {"prerequisites": None if tree is None else to_json(tree)}


def identity_of(node: Node) -> str:
    """The id of a resource: its ``@id``; for a blank one its CTID, its page, or its name."""
    at = node.get("@id")
    ways = (None if str(at).startswith("_:") else at, node.get("ctid"), node.get("subjectWebpage"))
    way = next((each for each in ways if isinstance(each, str) and each.strip()), None)
    kind = next(iter(kinds(node)), "resource")
    return identity(way or f"ctdl:{slug(kind)}:{slug(text(node, 'name') or '')}")


def identity(reference: str) -> str:
    """The id behind an address; one that Cairn itself made gives back what it was made from."""
    own = _OWN.fullmatch(reference)
    return unquote(own[1]) if own else reference.strip()
