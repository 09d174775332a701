"""Pathways of CTDL: parts are credentials, conditions prerequisites, and order is advice."""

from __future__ import annotations

from models.prerequisites import NeedsCredential
from training.importers.ctdl.conditions import of_component
from training.importers.ctdl.vocabulary import STEPS
from training.importers.found import Found
from training.importers.linked import Node, kinds, references, text


def component(found: Found, node: Node) -> None:
    """A part that stands for a credential: what it needs, and what it is better taken after."""
    id_ = found.component(node)
    own = found.row(id_)
    if own["title"] == own["id"] and (name := text(node, "name")):
        own["title"] = name
    for name, value in (
        ("description", text(node, "description")),
        ("url", next(references(node, "subjectWebpage"), None)),
    ):
        if value is not None and own.get(name) is None and id_ in found.named:
            own[name] = value
    found.needs(own, of_component(found, node))
    before = _steps(found, node, "prerequisite")
    found.needs(own, (NeedsCredential(other) for other in before if other != id_))
    # Below a part lies what leads to it; that a child is needed, only a condition says.
    for other in _steps(found, node, "precededBy", "hasChild"):
        found.after(own, other)
    for other in _steps(found, node, "precedes", "isChildOf"):
        found.after(found.row(other), id_)


def _steps(found: Found, node: Node, *names: str) -> list[str]:
    return [
        found.component(other)
        for reference in references(node, *names)
        if (other := found.graph.find(reference)) is not None and set(kinds(other)) & STEPS
    ]
