"""A platform beside a running service: its keys, its learners' pages, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from conftest import DAY, running
from tiny_bundle import TRAINED_AT

from service.settings import Settings
from service.tenants.auth import KeyFile, Scope, StoredKey, new_key

ORIGIN = "https://platform.example"
EXPIRED = "urn:cairn:problem:token-expired"
ELSEWHERE = "urn:cairn:problem:wrong-origin"


@dataclass
class Platform:
    """A tenant of the service at ``url`` whose key allows everything; ``now`` is the clock."""

    file: Path
    key: str
    kept: StoredKey
    now: float = TRAINED_AT + 100 * DAY
    url: str = ""

    def allow(self, *keys: StoredKey) -> None:
        self.file.write_text(KeyFile(keys=list(keys)).model_dump_json())

    def ask(self, **asked: Any) -> httpx.Response:
        """What the platform's server is answered when it asks for a token."""
        body = {"learner": "ada", "origin": ORIGIN, **asked}
        return self.send("POST", "/v1/widget-tokens", self.key, json=body)

    def token(self, **asked: Any) -> str:
        response = self.ask(**asked)
        assert response.status_code == 200, response.text
        return str(response.json()["token"])

    def send(
        self, method: str, path: str, bearer: str, origin: str | None = None, **more: Any
    ) -> httpx.Response:
        """What somebody with a key or a token is answered."""
        headers = {"Authorization": f"Bearer {bearer}", **more.pop("headers", {})}
        if origin is not None:
            headers["Origin"] = origin
        return httpx.request(method, self.url + path, headers=headers, timeout=10, **more)


@contextmanager
def platform(
    folder: Path, bundle: Path, store: str, tenant: str, **more: Any
) -> Iterator[Platform]:
    """A service of its own, and the platform that uses it."""
    key, kept = new_key(tenant, frozenset(Scope))
    made = Platform(folder / "keys.json", key, kept)
    made.allow(kept)
    settings = Settings(
        var=folder, bundle=bundle, api_keys_file=made.file, redis_url=store,
        **{"store_timeout": 5, "store_patience": 5, **more},
    )  # fmt: skip
    with running(settings, lambda: made.now) as url:
        made.url = url
        yield made
