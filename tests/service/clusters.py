"""Looking past the store, on a single server or a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis import asyncio
from redis.asyncio.cluster import ClusterNode, RedisCluster


@asynccontextmanager
async def raw(url: str) -> AsyncIterator[Any]:
    """The library's own client, to look past the store at what it keeps."""
    kind, _, hosts = url.partition("+cluster://")
    if hosts:
        nodes = [ClusterNode(*host.split(":")) for host in hosts.split(",")]
        client: Any = RedisCluster(startup_nodes=nodes, protocol=2)
    else:
        client = asyncio.Redis.from_url(kind, protocol=2)
    async with client:
        yield client
