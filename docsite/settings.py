"""Every environment variable with its type, bounds and default, from the settings classes."""

from __future__ import annotations

from typing import Any

from docsite.markdown import code, page, table
from docsite.schemas import bounds, type_of
from service.settings import Settings, variable
from training.settings import Settings as TrainingSettings


def reference() -> str:
    """The page."""
    told = "What each is for is told on [the page of settings](../settings.md)."
    training = TrainingSettings.model_json_schema()["properties"]
    return page(
        "Settings by type",
        told,
        "## The service",
        _table({variable(_field(name)): each for name, each in _service().items()}),
        "## Training",
        _table({f"CAIRN_{name}".upper(): each for name, each in training.items()}),
    )


def _service() -> dict[str, Any]:
    found: dict[str, Any] = Settings.model_json_schema()["properties"]
    return found


def _field(alias: str) -> str:
    return next(
        (name for name, each in Settings.model_fields.items() if each.validation_alias == alias),
        alias,
    )


def _table(properties: dict[str, Any]) -> str:
    return table(
        ["variable", "type", "bounds", "default"],
        [
            (code(name), type_of(each), bounds(each), code(_default(each)))
            for name, each in properties.items()
        ],
    )


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    return "" if default is None else str(default).lower()
