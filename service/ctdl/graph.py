"""A graph of CTDL in the making: what there is, under which names, each once.

Names are made of what they name: the same path of the same bundle is the same graph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

CONTEXT: Final = "https://credreg.net/ctdl/schema/context/json"
MEDIA_TYPE: Final = "application/ld+json"
UNKNOWN_LANGUAGE: Final = "und"

_ADDRESS: Final = re.compile(r"(?:https?://|urn:(?!cairn:))[^\s<>\"{}|\\^`]+")
_CTID: Final = re.compile(r"ce-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

Node = dict[str, Any]


class Graph:
    """Resources by ``@id``, in the order in which they came; ``seed`` tells this graph's own parts
    from those of every other.
    """

    def __init__(self, *seed: str) -> None:
        self.nodes: dict[str, Node] = {}
        self._seed = seed

    def part(self, kind: str, *name: str, **told: Any) -> Node:
        """A resource of this graph alone; the very one where it is there already."""
        uuid = uuid5(NAMESPACE_URL, "\0".join((*self._seed, kind, *name)))
        return self._node(f"urn:uuid:{uuid}", f"ce-{uuid}", kind, told)

    def resource(self, kind: str, of: str, external: str, **told: Any) -> Node:
        """A resource of the catalogue by its id, likewise; ``of`` is what Cairn calls it."""
        at = address(of, external)
        own = _CTID.search(at)
        return self._node(at, own[0] if own else f"ce-{uuid5(NAMESPACE_URL, at)}", kind, told)

    def _node(self, at: str, ctid: str, kind: str, told: Node) -> Node:
        node = self.nodes.setdefault(
            at, {"@id": at, "@type": f"ceterms:{kind}", "ceterms:ctid": ctid}
        )
        add(node, **told)
        return node

    def document(self) -> Node:
        """The graph as JSON-LD."""
        return {"@context": CONTEXT, "@graph": list(self.nodes.values())}


def add(node: Node, **told: Any) -> None:
    """Say of a resource what is known: nothing of what is ``None`` or empty."""
    for name, value in told.items():
        if value is not None and value != []:
            node[f"ceterms:{name}"] = value


def address(of: str, external: str) -> str:
    """An id as a URI, from which the id can be read again."""
    return (
        external if _ADDRESS.fullmatch(external) else f"urn:cairn:{of}:{quote(external, safe='')}"
    )


def words(text: str | None, language: str | None = "en") -> Node | None:
    """A language map; texts of the catalogue are in its language, where it is known."""
    return None if text is None else {language or UNKNOWN_LANGUAGE: text}


def concept(scheme: str, name: str) -> Node:
    """A concept of one of CTDL's vocabularies."""
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:framework": f"https://credreg.net/ctdl/terms/{scheme}",
        "ceterms:targetNode": name,
    }


def ids(nodes: Sequence[Node]) -> list[str]:
    """How resources are referred to."""
    return [node["@id"] for node in nodes]
