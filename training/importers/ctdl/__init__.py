"""CTDL: credentials, learning opportunities, assessments, pathways and competencies as JSON-LD.

Graphs as the Credential Registry gives them, their envelopes and its search results, one document
or many. What becomes what, and what is not kept, is told in ``docs/standards.md``.
"""

from __future__ import annotations

from pathlib import Path

from models.errors import UsageError
from training.importers.ctdl import pathways, resources
from training.importers.ctdl.vocabulary import EARNED, ROLES, STEPS
from training.importers.found import Found
from training.importers.linked import Graph, kinds, parsed
from training.importers.source import Imported, Source, Tables


def read(path: Path, existing: Tables) -> Imported:
    """All documents below ``path`` (``.json``, ``.jsonld``, archives) as one set of tables."""
    graph = Graph()
    for name, content in Source(path).documents(".json", ".jsonld"):
        graph.add(name, parsed(name, content))
    found = Found(graph, EARNED, STEPS)
    earned = [node for node in graph.nodes if set(kinds(node)) & EARNED]
    for node in earned:
        row = resources.credential(found, node)
        found.credentials.setdefault(row["id"], row)
        found.documents.setdefault(row["id"], graph.of[id(node)])
    for node in graph.nodes:
        of = set(kinds(node))
        if "Competency" in of:
            resources.competency(found, node)
        elif of & ROLES:
            resources.role(found, node)
        elif of & STEPS:
            pathways.component(found, node)
        elif "TransferValueProfile" in of:
            resources.transfer(found, node)
    for node in earned:
        resources.relations(found, node)
    if not (found.credentials or found.named or found.skills or found.roles):
        raise UsageError(f"{path}: holds no resource of CTDL that Cairn knows")
    return found.imported(existing)
