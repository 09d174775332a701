"""The Python client's types are those of the service's description, and its two clients are one."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cairn_client
import httpx
import pytest
from cairn_client import AsyncClient, AsyncEventSender, Client, EventSender
from cairn_client.schema import EventsIn
from cairn_client.sending import MOST
from shared import ROOT

from service.description import description

SCHEMA = Path(cairn_client.__file__).with_name("schema.py")


def generated(api: dict[str, Any], target: Path) -> str:
    subprocess.run(
        [sys.executable, ROOT / "client" / "generate.py", target],
        input=json.dumps(api), text=True, check=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    return target.read_text()


def test_the_types_are_those_of_the_description(tmp_path: Path) -> None:
    assert generated(description(), tmp_path / "schema.py") == SCHEMA.read_text(), (
        "renew them: python -m service.description | python client/generate.py"
    )


def test_a_change_of_the_description_shows(tmp_path: Path) -> None:
    api = description()
    schemas = api["components"]["schemas"]
    schemas["EventsOut"]["properties"]["late"] = {"type": "integer"}
    assert "late: int | None = None" in generated(api, tmp_path / "schema.py")


def test_the_description_is_the_running_services(url: str) -> None:
    assert description() == httpx.get(f"{url}/openapi.json").json()


@pytest.mark.parametrize(("one", "other"), [(Client, AsyncClient), (EventSender, AsyncEventSender)])
def test_both_kinds_have_the_same_methods(one: type, other: type) -> None:
    def methods(kind: type) -> dict[str, list[tuple[str, Any, Any]]]:
        return {
            name: [(each.name, each.default, each.annotation) for each in parameters]
            for name, function in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
            for parameters in [inspect.signature(function).parameters.values()]
        }

    assert methods(one) == methods(other)
    assert len(methods(one)) >= 2


def test_a_batch_is_as_large_as_the_service_takes() -> None:
    (bound,) = (
        each.max_length
        for each in EventsIn.model_fields["events"].metadata
        if hasattr(each, "max_length")
    )
    assert bound == MOST
