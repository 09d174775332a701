"""A cluster: which node owns which keys, each node with a breaker of its own.

The library has a client for clusters, which is not used: it raises where all connections to a
node are busy instead of waiting, and after a failure of one node requests to the others wait until
it has learnt the owners of all slots anew, from whichever node it asks first. Here whoever asks
waits only for the owner of their keys; owners are learnt anew by who watches a failed node.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, Final
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import AskError, ClusterDownError, MovedError

from models.errors import StoreRefused, StoreUnavailable, UsageError
from service.connections.server import Bounds, Command, Server

HOPS: Final = 4
"""So many nodes are asked for one answer at most, where each names another as the owner."""

FRESH: Final = 1.0
"""Seconds for which a key that nobody owns is not looked for again."""


class Cluster:
    """The nodes of a cluster, found by those that ``url`` names (``redis://HOST:PORT,HOST:PORT``,
    with credentials and options as for one server, which hold for all of them).
    """

    def __init__(self, url: str, bounds: Bounds) -> None:
        parts = urlsplit(url)
        self._who, at, hosts = parts.netloc.rpartition("@")
        self._who += at
        self._scheme, self._options = parts.scheme, parts.query
        self._bounds = bounds
        self._seeds = [host for host in hosts.split(",") if host]
        if not self._seeds or parts.path not in ("", "/", "/0"):
            raise UsageError(
                "a cluster is named by some of its nodes and has no databases:"
                " redis+cluster://HOST:PORT,HOST:PORT"
            )
        self._servers: dict[str, Server] = {}
        self._owners: list[str | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        self._masters: set[str] = set()
        self._members: set[str] = set()
        self._learnt = -FRESH
        self._turn = asyncio.Lock()

    def place(self, name: str) -> int:
        """The slot of the key, made of what its braces hold."""
        return key_slot(name.encode())

    def away(self, name: str | None = None) -> bool:
        """Whether the owner of the key, or without one any owner, failed and is not known to be
        back.
        """
        if not self._members:
            return all(self._server(each).away for each in self._seeds)
        if name is None:
            return any(self._server(each).away for each in self._masters)
        owner = self._owners[self.place(name)]
        return owner is not None and self._server(owner).away

    async def ask(self, name: str, command: Command, until: float | None = None) -> Any:
        """What the owner of the key answers, found by way of those who know better."""
        slot = self.place(name)
        address = self._owners[slot] or await self._found(slot, until)
        for _ in range(HOPS):
            server = self._server(address)
            try:
                return await server.ask(command, until)
            except StoreRefused as error:
                match error.__cause__:
                    case MovedError() as moved:
                        address = self._owners[slot] = _address(moved)
                        self._masters.add(address)
                    case AskError() as other:
                        # Its slot is on the way to another node, and this key there already.
                        return await self._server(_address(other)).ask(_asking(command), until)
                    case ClusterDownError():
                        server.trip()
                        raise StoreUnavailable(f"the cluster is down: {error}") from error
                    case _:
                        raise
        raise StoreUnavailable("the cluster's nodes do not agree on who owns a key")

    async def ping(self, until: float | None = None) -> None:
        """Return when every owner serves its slots."""
        if not self._masters:
            await self._learn(until)
        await _together(*(self._server(each).ask(_well, until) for each in self._masters))

    async def everywhere(self, command: Command) -> list[Any]:
        """What each node answers, also those that only stand by."""
        return await _together(
            *(self._server(each).ask(command) for each in await self._learn(None))
        )

    async def close(self) -> None:
        """Let go of all connections."""
        for server in self._servers.values():
            await server.close()

    def _server(self, address: str) -> Server:
        if address not in self._servers:
            url = f"{self._scheme}://{self._who}{address}/0?{self._options}"

            async def probe(client: Redis) -> None:
                await self._probe(address, client)

            self._servers[address] = Server(url, self._bounds, probe)
        return self._servers[address]

    async def _probe(self, address: str, client: Redis) -> None:
        """Return when the node is well, or nobody is sent to it any more."""
        try:
            members = await self._learn(None)
        except StoreUnavailable:
            members = self._members
        if not members or address in members:
            await _well(client)

    async def _found(self, slot: int, until: float | None) -> str:
        if time.monotonic() - self._learnt > FRESH:
            await self._learn(until)
        address = self._owners[slot]
        if address is None:
            raise StoreUnavailable("no node of the cluster owns these keys")
        return address

    async def _learn(self, until: float | None) -> set[str]:
        """Learn all owners, from the first node that tells them; who comes meanwhile learns it
        too. Returns all nodes.
        """
        before = self._learnt
        try:
            async with asyncio.timeout_at(until):
                await self._turn.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("the cluster's owners are not learnt yet") from error
        try:
            if self._learnt == before:
                self._take(*await self._told(until))
            return self._members
        finally:
            self._turn.release()

    async def _told(self, until: float | None) -> tuple[list[Any], str]:
        """Who owns which slots, and the node that says so."""
        # Not always the same first: it would have to answer to all workers.
        known = random.sample(sorted(self._members), len(self._members))
        failed: StoreUnavailable | None = None
        for address in dict.fromkeys([*known, *self._seeds]):
            try:
                ranges = await self._server(address).ask(_slots, until)
            except StoreUnavailable as error:
                failed = error
            else:
                if ranges:
                    return ranges, address
        raise StoreUnavailable(f"no node tells the cluster's owners: {failed}") from failed

    def _take(self, ranges: list[Any], teller: str) -> None:
        owners: list[str | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        masters, members = set(), set()
        for first, last, *nodes in ranges:
            # A node that does not know its own name leaves it empty.
            told = [
                _joined(host.decode() if host else _host(teller), port) for host, port, *_ in nodes
            ]
            owners[first : last + 1] = [told[0]] * (last + 1 - first)
            masters.add(told[0])
            members.update(told)
        self._owners, self._masters, self._members = owners, masters, members
        self._learnt = time.monotonic()


async def _slots(client: Redis) -> list[Any]:
    # The library leaves this method untyped.
    ranges: list[Any] = await client.execute_command("CLUSTER", "SLOTS")  # type: ignore[no-untyped-call]
    return ranges


async def _well(client: Redis) -> None:
    said: dict[str, str] = await client.execute_command("CLUSTER INFO")  # type: ignore[no-untyped-call]
    if said["cluster_state"] != "ok":
        raise ClusterDownError("a node does not serve its slots")


def _asking(command: Command) -> Command:
    async def asked(client: Redis) -> Any:
        async with client.pipeline(transaction=False) as both:
            both.execute_command("ASKING")
            await command(both)
            return (await both.execute())[-1]

    return asked


async def _together(*answers: Any) -> list[Any]:
    """All answers. Raises the first error once none is on its way any more."""
    found = await asyncio.gather(*answers, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException):
            raise each
    return found


def _address(told: AskError) -> str:
    return _joined(told.host, told.port)


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _host(address: str) -> str:
    return urlsplit(f"//{address}").hostname or ""
