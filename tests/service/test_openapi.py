"""The running service against its own description, by Schemathesis.

What is sent is derived from ``/openapi.json``: bodies and parameters that fit it, at and around
every bound, and ones that break it; then chains of requests that belong together. Every answer
must be one that is described, and never a 5xx. The same for longer, by hand: docs/security.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import httpx
import schemathesis
from conftest import Keys
from schemathesis.engine import events, from_schema

CONFIG: Final = Path(__file__).with_name("schemathesis.toml")


def found(url: str, key: str, api: dict[str, Any]) -> tuple[list[str], dict[str, set[int]]]:
    """What is wrong between the description ``api`` and the service, and by operation the
    statuses it answered with.
    """
    config = schemathesis.Config.from_path(CONFIG)
    config.projects.override.update(base_url=url, headers={"Authorization": f"Bearer {key}"})
    faults: list[str] = []
    answered: dict[str, set[int]] = {}
    for event in from_schema(schemathesis.openapi.from_dict(api, config=config)).execute():
        match event:
            case events.NonFatalError():
                faults.append(f"{event.label}: {event.info.message}")
            case events.FatalError():
                raise event.exception
            case events.ScenarioFinished(recorder=recorder):
                for case, interaction in recorder.interactions.items():
                    if interaction.response is not None:
                        operation = recorder.cases[case].value.operation.label
                        answered.setdefault(operation, set()).add(interaction.response.status_code)
                faults += [
                    f"{recorder.label}, {check.name}: {check.failure_info.failure}\n"
                    f"{check.failure_info.code_sample[:2_000]}"
                    for checks in recorder.checks.values()
                    for check in checks
                    if check.failure_info is not None
                ]
    return faults, answered


def test_every_answer_is_described(url: str, keys: Keys) -> None:
    api = httpx.get(f"{url}/openapi.json").json()
    faults, answered = found(url, keys.fresh(), api)
    assert not faults, "\n".join(faults)
    operations = {
        f"{verb.upper()} {path}" for path, verbs in api["paths"].items() for verb in verbs
    }
    assert answered.keys() == operations
    known_ids = {"GET /v1/roles/{role_id}", "GET /v1/credentials/{credential_id}"}
    assert all(answered[each] & {200, 202, 204} for each in operations - known_ids)


def test_what_is_not_described_is_found(url: str, keys: Keys) -> None:
    api = httpx.get(f"{url}/openapi.json").json()
    del api["paths"]["/v1/events"]["post"]["responses"]["422"]
    health = api["components"]["schemas"]["HealthOut"]["properties"]
    health["status"] = {"type": "integer"}
    api["paths"] = {path: api["paths"][path] for path in ("/v1/events", "/healthz")}
    faults, _ = found(url, keys.fresh(), api)
    told = "\n".join(faults)
    assert "POST /v1/events, status_code_conformance" in told
    assert "GET /healthz, response_schema_conformance" in told
