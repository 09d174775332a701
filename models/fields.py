"""Types of single fields that whoever takes JSON from outside has in common, bounded in length."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, FiniteFloat, StringConstraints, WithJsonSchema
from pydantic.config import JsonDict

PRINTABLE: Final = r"^[^\x00-\x1f\x7f]+$"
DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

UNREAD: Final[JsonDict] = {"x-bounded-by": "CAIRN_MAX_BODY_BYTES"}
"""The schema of what is taken as it comes and not looked at: only the whole body bounds it."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=PRINTABLE)]
"""An external id: of a learner, credential, skill, role or event; often a URI."""

Unread = Annotated[Any, WithJsonSchema(UNREAD)]
"""Whatever a standard has in that place, and Cairn has no use for."""


def _number(value: object) -> object:
    """Not what could merely be read as a number: neither text nor ``true``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError("expected a number")


Real = Annotated[FiniteFloat, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_number)]


def _written(value: object) -> object:
    if isinstance(value, str) and DATED.match(value):
        return value
    raise ValueError("expected an ISO 8601 date or time as text, such as 2026-05-01T09:30:00Z")


def _in_range(value: datetime) -> datetime:
    moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if not 1900 <= moment.year <= 2200:
        raise ValueError("expected a year from 1900 to 2200")
    return moment


Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(_in_range)]
"""ISO 8601; without an offset it is UTC."""
