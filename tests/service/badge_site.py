"""A service whose tenants trust some issuers, for the tests of badges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from certifying import Issuer
from conftest import DAY, running
from tiny_bundle import TRAINED_AT

from service.settings import Settings
from service.tenants.auth import KeyFile, Scope, new_key

AT = TRAINED_AT + 100 * DAY
"""What time it is there."""


@dataclass
class Site:
    """The service, and a caller of each tenant."""

    url: str
    keys: Mapping[str, str]

    def client(self, tenant: str = "school") -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.keys[tenant]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)

    def post(
        self, body: Any, learner: str = "lea", tenant: str = "school", **query: str
    ) -> httpx.Response:
        content = json.dumps(body) if isinstance(body, dict) else body
        with self.client(tenant) as client:
            return client.post(f"/v1/learners/{learner}/credentials", content=content, params=query)


def told(trusted: list[Issuer], tenant: str, hosts: list[str]) -> str:
    """A tenant's part of the tenants file."""
    lines = [f"[tenants.{tenant}]", f"[tenants.{tenant}.badges]", f"hosts = {json.dumps(hosts)}"]
    for issuer in trusted:
        lines += [f"[[tenants.{tenant}.badges.issuers]]", f"id = {json.dumps(issuer.id)}"]
        if not issuer.id.startswith("did:"):
            key = ", ".join(f"{name} = {json.dumps(value)}" for name, value in issuer.jwk.items())
            lines.append(f"keys = [{{{key}}}]")
    return "\n".join(lines) + "\n"


@contextmanager
def badge_site(
    folder: Path, bundle: Path, store: str, trusted: list[Issuer], hosts: list[str] | None = None
) -> Iterator[Site]:
    """A service with the tenant ``school``, which trusts these issuers, and ``other``, which
    trusts nobody.
    """
    made = {tenant: new_key(f"{tenant}-{folder.name[:20]}".strip("-").replace("_", "-"),
            frozenset(Scope)) for tenant in ("school", "other")}  # fmt: skip
    keys, tenants = folder / "keys.json", folder / "tenants.toml"
    keys.write_text(KeyFile(keys=[kept for _, kept in made.values()]).model_dump_json())
    tenants.write_text(
        told(trusted, made["school"][1].tenant, hosts or []) + told([], made["other"][1].tenant, [])
    )
    settings = Settings(
        var=folder, bundle=bundle, api_keys_file=keys, tenants_file=tenants, redis_url=store,
        store_timeout=5, store_patience=5,
    )  # fmt: skip
    with running(settings, lambda: AT) as url:
        yield Site(url, {tenant: key for tenant, (key, _) in made.items()})
