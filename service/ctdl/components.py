"""Parts of a pathway and what each needs: a condition tree as ``ceterms:ComponentCondition``.

A condition asks for a number of parts. Where a tree is deeper, a ``ceterms:SelectionComponent``
stands for what lies below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.bundle import Bundle
from models.renewal import HIDDEN
from service.ctdl.graph import Graph, Node, add, address, ids, words
from service.ctdl.resources import CREDENTIAL, named


class Components:
    """The parts of a path's pathways: ``steps`` by credential id, and what conditions name beside
    them, each once.
    """

    def __init__(self, graph: Graph, bundle: Bundle) -> None:
        self._graph = graph
        self._bundle = bundle
        self.steps: dict[str, Node] = {}

    def step(self, external: str, title: str) -> Node:
        """The part that stands for a credential which is taken."""
        part = self._credential(external, title)
        self.steps[external] = part
        return part

    def _credential(self, external: str, title: str) -> Node:
        told = {"proxyFor": named(self._graph, external, title)["@id"]}
        return self._part(
            "CredentialComponent", title, external, **told, credentialType=f"ceterms:{CREDENTIAL}"
        )

    def _part(self, kind: str, title: str, *name: str, **told: Any) -> Node:
        return self._graph.part(kind, *name, name=words(title, None), **told)

    def stack(self, external: str, title: str, counting: Sequence[str]) -> Node:
        """The part that stands for a stack, above the steps that count towards it."""
        if external in self.steps:
            return self.steps[external]
        part = self._credential(external, title)
        below = [self.steps[each] for each in counting]
        add(part, hasChild=ids(below))
        for each in below:
            add(each, isChildOf=[*each.get("ceterms:isChildOf", ()), part["@id"]])
        return part

    def needs(self, part: Node, tree: Any) -> None:
        """Say what a part needs; ``tree`` is a condition as JSON, ``null`` where it is hidden."""
        add(part, hasCondition=self._conditions(part, tree))

    def _conditions(self, part: Node, tree: Any) -> list[Node]:
        number, of = _asked(tree)
        targets = [self._target(part, each, str(place)) for place, each in enumerate(of)]
        if not targets:
            return []
        condition: Node = {"@type": "ceterms:ComponentCondition"}
        add(
            condition,
            name=words("Needed before"),
            description=words(f"{number} of these {len(targets)}"),
            requiredNumber=number,
            targetComponent=ids(targets),
        )
        return [condition]

    def _target(self, part: Node, tree: Any, place: str) -> Node:
        match tree:
            case {"credential": None}:
                return self._part("BasicComponent", HIDDEN, part["@id"], place)
            case {"credential": str(external)}:
                row = self._bundle.credentials.row(external)
                title = external if row is None else self._bundle.credentials.titles[row]
                return self.steps.get(external) or self._credential(external, title)
            case {"skill": str(skill)}:
                return self._competency(skill, tree.get("level"))
            case _:
                choice = self._part("SelectionComponent", "A choice", part["@id"], place)
                self.needs(choice, tree)
                return choice

    def _competency(self, skill: str, level: float | None) -> Node:
        row = self._bundle.skills.row(skill)
        label = skill if row is None else self._bundle.skills.labels[row]
        points: Node | None = None
        if level is not None:
            points = {"@type": "schema:QuantitativeValue", "schema:minValue": level}
        at = address("skill", skill)
        return self._part(
            "CompetencyComponent", label, skill, str(level), proxyFor=at, pointValue=points
        )

    def within(self, steps: list[Node]) -> list[Node]:
        """These steps with all that their conditions name, in order, each once."""
        found: dict[str, Node] = {}
        waiting = list(reversed(steps))
        while waiting:
            part = waiting.pop()
            if part["@id"] not in found:
                found[part["@id"]] = part
                waiting += [
                    self._graph.nodes[target]
                    for condition in part.get("ceterms:hasCondition", ())
                    for target in reversed(condition["ceterms:targetComponent"])
                ]
        return list(found.values())


def _asked(tree: Any) -> tuple[int, list[Any]]:
    """How many of which parts a condition asks for."""
    match tree:
        case None:
            return 0, []
        case {"all": list(of)}:
            return len(of), of
        case {"any": list(of)}:
            return 1, of
        case {"at_least": int(n), "of": list(of)}:
            return n, of
        case list(of):
            return len(of), [{"credential": each} for each in of]
        case leaf:
            return 1, [leaf]
