"""Every field of every request is bounded: seen from what OpenAPI says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings
from service.tenants.auth import Scope, new_key

BOUNDED = {"date-time"}
"""Formats that are short by themselves."""

UNREAD = "x-bounded-by"
"""Said of what is taken as it comes and not looked at: the whole body's bound is its own."""
BY_HAND = "post /v1/learners/{learner_id}/credentials{}"
"""What others sign holds whatever they like: it is bounded as a whole, and in depth
(test_security_badges).
"""

FIXED = {"^[A-Z]{3}$"}
"""Patterns that say how long the text is."""


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    key, _ = new_key("a", frozenset(Scope))
    settings = Settings(redis_url=SecretStr("redis://nowhere"), demo_key=SecretStr(key))
    return create_app(settings).openapi()


def requests(api: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Where each parameter and body of a request is, and its schema."""
    for path, methods in api["paths"].items():
        for method, route in methods.items():
            for parameter in route.get("parameters", ()):
                yield f"{method} {path} {parameter['name']}", parameter["schema"]
            for content in route.get("requestBody", {}).get("content", {}).values():
                yield f"{method} {path}", content["schema"]


def unbounded(schema: Any, schemas: dict[str, Any], place: str) -> Iterator[str]:
    """Places within a schema that take text, lists or names without end."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from unbounded(schemas[name], schemas, f"{place} {name}")
        return
    for choice in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for each in schema.get(choice, ()):
            yield from unbounded(each, schemas, place)
    match schema.get("type"):
        case "string" if not (
            "enum" in schema
            or "const" in schema
            or "maxLength" in schema
            or schema.get("format") in BOUNDED
            or schema.get("pattern") in FIXED
        ):
            yield place
        case "array":
            if "maxItems" not in schema:
                yield f"{place}[]"
            yield from unbounded(schema["items"], schemas, f"{place}[]")
        case "object":
            # By pattern: as the library writes names that have one; no others get in.
            values = list(schema.get("patternProperties", {}).values())
            more = schema.get("additionalProperties", not values)
            values += [more] if isinstance(more, dict) else []
            if more is True or (values and "maxProperties" not in schema):
                yield f"{place}{{}}"
            if values:
                names = {"type": "string", **schema.get("propertyNames", {})}
                for each in (names, *values):
                    yield from unbounded(each, schemas, f"{place}{{}}")
            for name, each in schema.get("properties", {}).items():
                yield from unbounded(each, schemas, f"{place}.{name}")
        case None if not any(
            c in schema for c in ("anyOf", "oneOf", "allOf", "enum", "const", UNREAD)
        ):
            yield f"{place}: anything"


def test_every_field_of_every_request_is_bounded(api: dict[str, Any]) -> None:
    schemas = api["components"]["schemas"]
    found = list(requests(api))
    assert len(found) > 15
    places = [each for place, schema in found for each in unbounded(schema, schemas, place)]
    assert places == [BY_HAND]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "minLength": 1, "pattern": "^a+$"},
        {"type": "array", "items": {"type": "integer"}},
        {"type": "array", "maxItems": 3, "items": {"type": "string"}},
        {"anyOf": [{"type": "null"}, {"$ref": "#/x/Open"}]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
        {"type": "object", "properties": {}},
        {"type": "object", "maxProperties": 3, "additionalProperties": {"type": "integer"}},
        {"type": "object", "maxProperties": 3, "patternProperties": {"^a+$": {"type": "integer"}}},
        {},
    ],
)
def test_what_is_not_bounded_is_seen(schema: dict[str, Any]) -> None:
    assert list(unbounded(schema, {"Open": {"type": "string"}}, "here"))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "maxLength": 3},
        {"type": "string", "format": "date-time"},
        {"type": "string", "enum": ["a"]},
        {"type": "array", "maxItems": 3, "items": {"type": "number"}},
        {
            "type": "object",
            "maxProperties": 3,
            "propertyNames": {"maxLength": 3},
            "additionalProperties": {"type": "integer"},
        },
        {
            "type": "object",
            "maxProperties": 3,
            "propertyNames": {"maxLength": 3},
            "patternProperties": {"^a+$": {"type": "integer"}},
        },
    ],
)
def test_what_is_bounded_is_let_be(schema: dict[str, Any]) -> None:
    assert list(unbounded(schema, {}, "here")) == []


def test_limits_of_documents_are_described(api: dict[str, Any]) -> None:
    for path, methods in api["paths"].items():
        for route in methods.values():
            assert ("429" in route["responses"]) is path.startswith("/v1/")
