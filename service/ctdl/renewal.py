"""What renewing a credential asks for as condition profiles of CTDL."""

from __future__ import annotations

from typing import Any, Final

from models.bundle import Bundle
from models.renewal import HIDDEN, Renewal
from service.ctdl.graph import UNKNOWN_LANGUAGE, Graph, Node, add, address, words
from service.ctdl.resources import CREDENTIAL, costs

_NUMBERS: Final = {"value": "value", "min": "minValue", "max": "maxValue", "percent": "percentage"}


def conditions(
    graph: Graph, bundle: Bundle, told: tuple[Renewal, ...], language: str | None
) -> list[Node]:
    """One profile for each condition; texts are in the credential's ``language``."""
    return [_profile(graph, bundle, each, language) for each in told]


def _profile(graph: Graph, bundle: Bundle, told: Renewal, language: str | None) -> Node:
    profile: Node = {"@type": "ceterms:ConditionProfile"}
    spoken = [*told.words, *([HIDDEN] if None in told.credentials else [])]
    add(
        profile,
        name=words(told.name, language),
        condition={language or UNKNOWN_LANGUAGE: spoken} if spoken else None,
        targetCredential=[
            _named(graph, bundle, each)["@id"] for each in told.credentials if each is not None
        ],
        targetCompetency=[_competency(bundle, each) for each in told.skills],
        creditValue=[_value(each) for each in told.credits],
        estimatedCost=costs(told.cost, told.currency),
        alternativeCondition=conditions(graph, bundle, told.any_of, language),
    )
    return profile


def _named(graph: Graph, bundle: Bundle, external: str) -> Node:
    node = graph.resource(CREDENTIAL, "credential", external)
    if "ceterms:name" not in node:
        row = bundle.credentials.row(external)
        title = external if row is None else bundle.credentials.titles[row]
        add(node, name=words(title, None))
    return node


def _competency(bundle: Bundle, skill: str) -> Node:
    row = bundle.skills.row(skill)
    label = skill if row is None else bundle.skills.labels[row]
    node: Node = {"@type": "ceterms:CredentialAlignmentObject"}
    add(node, targetNode=address("skill", skill), targetNodeName=words(label, None))
    return node


def _value(told: dict[str, Any]) -> Node:
    node: Node = {"@type": "ceterms:ValueProfile"}
    node |= {f"schema:{name}": told[ours] for ours, name in _NUMBERS.items() if ours in told}
    add(
        node,
        creditUnitType=_concepts(told.get("unit")),
        creditLevelType=_concepts(told.get("level")),
    )
    return node


def _concepts(name: Any) -> list[Node]:
    if not isinstance(name, str):
        return []
    node: Node = {"@type": "ceterms:CredentialAlignmentObject"}
    add(node, targetNodeName=words(name, None))
    return [node]
