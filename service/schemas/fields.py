"""Types of single fields, bounded in length and size so that no request can be too big."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from models.domain import LEVELS, parse_level
from models.fields import PRINTABLE
from models.fields import Id as Id
from models.fields import Moment as Moment
from models.fields import Real as Real
from models.fields import Whole as Whole

ORIGIN: Final = r"^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$"
"""A site's address as browsers tell it: no path, no slash at its end, no capitals."""

HOST: Final = r"^[a-z0-9-]+(\.[a-z0-9-]+)+(:[1-9][0-9]{0,4})?$"
"""A host by its name, in small letters, with a port where it is not the usual one."""

Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


Share = Annotated[Real, Field(ge=0, le=1)]


def _level(value: object) -> float | None:
    if isinstance(value, str) and value.strip().lower() not in LEVELS:
        raise ValueError(f"expected a number from 0 to 1 or one of {', '.join(LEVELS)}")
    return parse_level(value)


Level = Annotated[
    Share | None,
    BeforeValidator(_level),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "enum": list(LEVELS)},
                {"type": "null"},
            ]
        }
    ),
]
"""0..1 or one of beginner, intermediate, advanced, expert; null is unknown."""

Value = Real | None


def _without_default_port(origin: str) -> str:
    """As browsers tell it."""
    scheme, _, rest = origin.partition("://")
    return f"{scheme}://{rest.removesuffix(':443' if scheme == 'https' else ':80')}"


Origin = Annotated[
    str, StringConstraints(max_length=300, pattern=ORIGIN), AfterValidator(_without_default_port)
]


class Body(BaseModel):
    """A request body: an unknown field is a mistake that the caller wants to hear about."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def bare(field: str, whole: type[Body]) -> BeforeValidator:
    """Let a plain text stand for a ``whole`` that names only its ``field``."""

    def widen(value: Any) -> Any:
        return {field: value} if isinstance(value, str) else value

    return BeforeValidator(widen, json_schema_input_type=whole | Id)
