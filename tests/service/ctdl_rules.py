"""What CTDL asks of pathways: which properties a class has, which it must have, and that what is
referred to is there. Facts of the published vocabulary, https://credreg.net/ctdl/terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

Node = dict[str, Any]

_ANY: Final = {"@id", "@type", "ceterms:ctid", "ceterms:name", "ceterms:description"}
_PART: Final = {
    "ceterms:isPartOf", "ceterms:isDestinationComponentOf", "ceterms:precedes",
    "ceterms:precededBy", "ceterms:hasCondition", "ceterms:hasChild", "ceterms:isChildOf",
    "ceterms:proxyFor", "ceterms:subjectWebpage", "ceterms:pointValue",
}  # fmt: skip
DOMAINS: Final[dict[str, set[str]]] = {
    "ceterms:PathwaySet": {"ceterms:hasPathway", "ceterms:ownedBy", "ceterms:inLanguage"},
    "ceterms:Pathway": {
        "ceterms:hasPart", "ceterms:hasDestinationComponent", "ceterms:ownedBy",
        "ceterms:inLanguage",
    },
    "ceterms:CredentialComponent": _PART | {"ceterms:credentialType"},
    "ceterms:BasicComponent": _PART,
    "ceterms:CompetencyComponent": _PART,
    "ceterms:SelectionComponent": _PART,
    "ceterms:JobComponent": _PART,
    "ceterms:MicroCredential": {
        "ceterms:ownedBy", "ceterms:subjectWebpage", "ceterms:inLanguage",
        "ceterms:audienceLevelType", "ceterms:learningDeliveryType", "ceterms:estimatedDuration",
        "ceterms:estimatedCost", "ceterms:dateEffective", "ceterms:expirationDate",
        "ceterms:renewalFrequency", "ceterms:renewal", "ceterms:isPartOf", "ceterms:accreditedBy",
        "ceterms:recognizedBy", "ceterms:approvedBy", "ceterms:regulatedBy",
    },
    "ceterms:Organization": set(),
    "ceterms:ComponentCondition": {"ceterms:requiredNumber", "ceterms:targetComponent"},
    "ceterms:CostProfile": {
        "ceterms:price", "ceterms:currency", "ceterms:directCostType",
    },
    "ceterms:DurationProfile": {"ceterms:timeRequired"},
    "ceterms:ConditionProfile": {
        "ceterms:condition", "ceterms:targetCredential", "ceterms:targetCompetency",
        "ceterms:creditValue", "ceterms:estimatedCost", "ceterms:alternativeCondition",
    },
    "ceterms:ValueProfile": {
        "schema:value", "schema:minValue", "schema:maxValue", "ceterms:creditUnitType",
        "ceterms:creditLevelType",
    },
    "ceterms:CredentialAlignmentObject": {
        "ceterms:framework", "ceterms:targetNode", "ceterms:targetNodeName",
    },
    "schema:QuantitativeValue": {"schema:minValue"},
}  # fmt: skip
PARTS: Final = {kind for kind in DOMAINS if kind.endswith("Component")}
NEEDED: Final[dict[str, set[str]]] = {
    "ceterms:PathwaySet": {"ceterms:name", "ceterms:description", "ceterms:hasPathway",
                           "ceterms:ownedBy"},
    "ceterms:Pathway": {"ceterms:name", "ceterms:description", "ceterms:ownedBy",
                        "ceterms:hasPart", "ceterms:hasDestinationComponent"},
    **{kind: {"ceterms:name", "ceterms:isPartOf"} for kind in PARTS},
    "ceterms:MicroCredential": {"ceterms:name"},
    "ceterms:Organization": {"ceterms:name"},
    "ceterms:ComponentCondition": {"ceterms:name", "ceterms:requiredNumber",
                                   "ceterms:targetComponent"},
}  # fmt: skip
RANGES: Final[dict[str, set[str]]] = {
    "ceterms:hasPathway": {"ceterms:Pathway"},
    "ceterms:isDestinationComponentOf": {"ceterms:Pathway"},
    **dict.fromkeys(
        ("ceterms:hasPart", "ceterms:hasDestinationComponent", "ceterms:targetComponent",
         "ceterms:precedes", "ceterms:precededBy", "ceterms:hasChild", "ceterms:isChildOf"),
        PARTS,
    ),
    "ceterms:targetCredential": {"ceterms:MicroCredential"},
    **{
        name: {"ceterms:Organization"}
        for name in ("ceterms:ownedBy", "ceterms:accreditedBy", "ceterms:recognizedBy",
                     "ceterms:approvedBy", "ceterms:regulatedBy")
    },
}  # fmt: skip
INVERSES: Final = (
    ("ceterms:precedes", "ceterms:precededBy"),
    ("ceterms:hasChild", "ceterms:isChildOf"),
    ("ceterms:hasPart", "ceterms:isPartOf"),
    ("ceterms:hasDestinationComponent", "ceterms:isDestinationComponentOf"),
)
_CTID: Final = re.compile(r"ce-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def violations(document: Node) -> list[str]:
    """Every rule that the document breaks; none of one that CTDL takes."""
    graph: list[Node] = document["@graph"]
    nodes = {node["@id"]: node for node in graph}
    found = [] if len(nodes) == len(graph) else ["two resources of one @id"]
    if len({node["ceterms:ctid"] for node in graph}) != len(graph):
        found.append("two resources of one CTID")
    for node in graph:
        found += [f"{node['@id']}: {told}" for told in _broken(node, nodes)]
        if not _CTID.fullmatch(node["ceterms:ctid"]):
            found.append(f"{node['@id']}: no CTID")
        if not _URI.fullmatch(node["@id"]):
            found.append(f"{node['@id']}: no URI")
    return found + list(_one_sided(graph, nodes)) + list(_ring(graph, nodes))


def _broken(node: Node, nodes: dict[str, Node]) -> Iterator[str]:
    kind = node["@type"]
    if kind not in DOMAINS:
        yield f"unknown class {kind}"
        return
    for name in node.keys() - _ANY - DOMAINS[kind]:
        yield f"{kind} has no {name}"
    for name in NEEDED.get(kind, set()) - node.keys():
        yield f"{kind} needs {name}"
    for name, value in node.items():
        if name in ("ceterms:name", "ceterms:description") and not (
            isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
        ):
            yield f"{name} is no language map"
        for reference in value if name in RANGES else ():
            if nodes.get(reference, {}).get("@type") not in RANGES[name]:
                yield f"{name} leads to {reference}, which is not there or of another class"
        for nested in value if isinstance(value, list) else [value]:
            if isinstance(nested, dict) and "@type" in nested:
                yield from _broken(nested, nodes)
    if kind == "ceterms:ComponentCondition":
        number, of = node["ceterms:requiredNumber"], node["ceterms:targetComponent"]
        if not 1 <= number <= len(of):
            yield f"asks for {number} of {len(of)}"


def _one_sided(graph: list[Node], nodes: dict[str, Node]) -> Iterator[str]:
    for name, inverse in INVERSES:
        for node in graph:
            for other in node.get(name, ()) if node["@type"] != "ceterms:MicroCredential" else ():
                if node["@id"] not in nodes.get(other, {}).get(inverse, ()):
                    yield f"{node['@id']}: {name} without {inverse}"


def _ring(graph: list[Node], nodes: dict[str, Node]) -> Iterator[str]:
    for node in graph:
        seen, at = set(), [node["@id"]]
        while at:
            here = at.pop()
            for other in nodes.get(here, {}).get("ceterms:precededBy", ()):
                if other == node["@id"]:
                    yield f"{other}: precedes itself"
                elif other not in seen:
                    seen.add(other)
                    at.append(other)
