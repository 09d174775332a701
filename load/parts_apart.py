"""The same parts spread wider: the store a cluster of three nodes, or bundles in object storage."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Self

from load.cluster import Cluster, Node
from load.parts import Parts, cairn
from load.storage import Storage


class Clustered(Parts):
    """The store is a cluster, and each of its nodes has a tenant; callers are of these in turn.

    Faults strike the node of the first tenant.
    """

    def start_store(self) -> None:
        """Start all nodes, and make a key for a tenant of each."""
        self._cluster = Cluster(self._var / "nodes")
        file = self._var / "keys.json"
        self._keys = [
            cairn("keys", "create", self._tenant(node), "--file", str(file)).strip()
            for node in self._cluster.owners
        ]
        self._own |= {
            "CAIRN_REDIS_URL": self._cluster.url,
            "CAIRN_API_KEYS_FILE": str(file),
        }

    def stop_store(self) -> None:
        """Stop all nodes."""
        self._cluster.__exit__()

    def key_of(self, caller: int) -> str:
        """A key of the caller's tenant."""
        return self._keys[caller % len(self._keys)]

    def struck(self, caller: int) -> bool:
        """Whether faults strike the node of the caller's tenant."""
        return caller % len(self._keys) == 0

    @property
    def node(self) -> Node:
        """The one that faults strike."""
        return self._cluster.owners[0]

    def _tenant(self, node: Node) -> str:
        names = (f"tenant-{number}" for number in range(1000))
        return next(name for name in names if self._cluster.owner(f"{{{name}}}") is node)


class Stored(Parts):
    """The service follows a registry in object storage that holds both bundles."""

    def __enter__(self) -> Self:
        with ExitStack() as parts:
            self.storage = parts.enter_context(Storage(self._var / "storage"))
            for version in reversed(self.versions):
                push = ("bundle", "push", version, self.storage.url, "--root", str(self.registry))
                cairn(*push, **self.storage.settings)
            self._own |= {"CAIRN_BUNDLE_URL": self.storage.url, **self.storage.settings}
            super().__enter__()
            self._storage = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._storage:
            super().__exit__()

    def promote(self, version: str) -> None:
        """Make it current in the storage."""
        cairn("bundle", "promote", version, "--url", self.storage.url, **self.storage.settings)

    def wait_until_followed(self, version: str) -> None:
        """Until this host's copy of the registry says that ``version`` is current."""
        pointer = self._var / "bundles-cache" / "current"
        self.until(lambda: pointer.read_text().startswith(version))

    def _source(self) -> list[str]:
        return []
