"""Every operation and every field of the HTTP API, from its OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docsite.markdown import code, page, table
from docsite.schemas import bounds, type_of
from service.description import description


def reference() -> str:
    """The page."""
    api = description()
    told = """What the routes are for is told on [the page of the API](../api.md). Client libraries
can be generated from `/openapi.json`, which this page is made from; the [Python
client](../client.md) is."""
    operations = (
        _operation(method.upper(), path, each)
        for path, verbs in api["paths"].items()
        for method, each in verbs.items()
    )
    schemas = (_schema(*each) for each in sorted(api["components"]["schemas"].items()))
    return page("HTTP API, every field", told, *operations, "## Schemas", *schemas)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = table(
        ["parameter", "in", "type", "bounds", "default"],
        [
            (
                code(each["name"]) + (" (required)" if each.get("required") else ""),
                each["in"],
                type_of(each["schema"]),
                bounds(each["schema"]),
                code(each["schema"].get("default", "")),
            )
            for each in operation.get("parameters", [])
        ],
    )
    body = operation.get("requestBody", {}).get("content", {})
    sent = "".join(f"Body: {type_of(each['schema'])}\n\n" for each in body.values())
    answers = table(["status", "answer"], _answers(operation["responses"]))
    return f"## {method} {path}\n\n{operation['description']}\n\n{parameters}\n\n{sent}{answers}"


def _answers(responses: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for status, response in responses.items():
        kinds = [
            type_of(each["schema"]) if each.get("schema") else kind
            for kind, each in response.get("content", {}).items()
        ]
        yield status, " or ".join(dict.fromkeys(kinds)) or response["description"]


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", []))
    fields = table(
        ["field", "type", "bounds", "default"],
        [
            (
                code(field) + (" (required)" if field in required else ""),
                type_of(each),
                bounds(each),
                code(_default(each)),
            )
            for field, each in schema.get("properties", {}).items()
        ],
    )
    values = type_of(schema) if "enum" in schema else ""
    return "\n\n".join([f"### {name}", schema.get("description", ""), values, fields])


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    return "" if default is None or isinstance(default, dict) else str(default).lower()
