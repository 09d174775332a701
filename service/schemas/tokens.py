"""Widget tokens on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from service.schemas.fields import Body, Id, Origin, Whole


class TokenIn(Body):
    """For whom, on pages of which ``origin`` (as browsers tell it: ``https://platform.example``),
    what for and how long. ``learners`` allows to read the learner's own profile and export.
    """

    learner: Id
    origin: Origin
    scopes: Annotated[
        tuple[Literal["recommend", "events", "learners"], ...], Field(min_length=1, max_length=3)
    ] = ("recommend", "events")
    seconds: Annotated[Whole, Field(ge=60, le=3_600)] = 900


class TokenOut(BaseModel):
    """A token for ``learner``, to be sent as ``Authorization: Bearer`` until ``expires_at``."""

    token: str
    expires_at: datetime
    learner: str
