"""Types of JSON Schema in words."""

from __future__ import annotations

from typing import Any, Final

BOUNDS: Final = {
    "minimum": "≥ {}",
    "maximum": "≤ {}",
    "exclusiveMinimum": "> {}",
    "exclusiveMaximum": "< {}",
    "ge": "≥ {}",
    "le": "≤ {}",
    "gt": "> {}",
    "lt": "< {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "maxProperties": "at most {} entries",
    "pattern": "`{}`",
}


def type_of(schema: dict[str, Any]) -> str:
    """What a value is, with links to the schemas it names, which are headings of the same page."""
    match schema:
        case {"$ref": str(target)}:
            name = target.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"anyOf": list(kinds)}:
            return " or ".join(dict.fromkeys(map(type_of, kinds)))
        case {"enum": list(values)}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "array", "items": dict(items)}:
            return f"list of {type_of(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {type_of(values)}"
        case {"type": "string", "format": str(kind)} if kind != "password":
            return {"date-time": "date and time", "path": "path"}.get(kind, kind)
        case {"type": str(kind)}:
            return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
                kind, kind
            )
    return "any"


def bounds(schema: dict[str, Any]) -> str:
    """What a value must keep to beyond its type."""
    kinds = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    told = [
        words.format(each[name]) for each in kinds for name, words in BOUNDS.items() if name in each
    ]
    return ", ".join(dict.fromkeys(told))
