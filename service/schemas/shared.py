"""Paths that are shared: what is asked, and all that is kept of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from service.schemas.fields import Whole
from service.schemas.paths import PathRequest, TotalsOut


class ShareRequest(PathRequest):
    """A path as ``/v1/paths`` takes it, to be shown for so many ``seconds`` to whoever has the
    link.
    """

    seconds: Annotated[Whole, Field(ge=60, le=2_592_000)] = 604_800


class ShareOut(BaseModel):
    """The address of a page with the path."""

    url: str
    expires_at: datetime


class SharedStep(BaseModel):
    """One step: what the catalogue says of it, when it is planned, which of the role's ``skills``
    it is taken for, and the titles of what it ``counts_towards``.
    """

    title: str
    issuer: str | None
    url: str | None
    hours: float | None
    cost: float | None
    starts: datetime | None
    ends: datetime | None
    skills: list[str]
    counts_towards: list[str]


class SharedPath(BaseModel):
    """All that is kept of a shared path. Nothing in it tells who it was made for, what they hold
    or did, or in which words they asked; ``role`` is null where it was one of words.
    """

    role: str | None
    steps: list[SharedStep]
    totals: TotalsOut
    expires_at: datetime
