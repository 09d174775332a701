"""How the store is reached: one server, or the nodes of a cluster. The only door to ``redis``."""

from __future__ import annotations

from service.connections.cluster import Cluster
from service.connections.server import Alone, Bounds, Command, Connections, script

__all__ = ["Bounds", "Command", "Connections", "connected", "script"]


def connected(url: str, bounds: Bounds) -> Connections:
    """Whatever ``url`` names: ``redis+cluster://`` or ``rediss+cluster://`` a cluster, by some of
    its nodes, everything else one server. Raises ``UsageError`` for a cluster without nodes.
    """
    scheme, _, rest = url.partition("://")
    kind, _, cluster = scheme.partition("+")
    if cluster == "cluster":
        return Cluster(f"{kind}://{rest}", bounds)
    return Alone(url, bounds)
