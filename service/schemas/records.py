"""Records of other standards on the wire: the batches that are taken, and what is said of them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from models.records.xapi import Statement, Uuid
from service.schemas.events import EventsOut
from service.schemas.fields import Id

MOST: Final = 1_000
LEARNER: Final = "urn:cairn:learner"
"""Stands for the site at which a learner's account is their id here."""


def _several(value: Any) -> Any:
    """One statement may come without a list around it."""
    return [value] if isinstance(value, dict) else value


def _different(batch: list[Statement]) -> list[Statement]:
    ids = [statement.id.lower() for statement in batch if statement.id is not None]
    if len(set(ids)) < len(ids):
        raise ValueError("expected different ids of statements")
    return batch


Many = Annotated[list[Statement], Field(min_length=1, max_length=MOST)]
Statements = Annotated[
    Many,
    BeforeValidator(_several, json_schema_input_type=Statement | Many),
    AfterValidator(_different),
]
StatementIds = Annotated[list[Uuid], Field(max_length=MOST)]


class RecordsOut(EventsOut):
    """What became of a batch: how many events were new, and how many had been accepted before;
    among them those whose object is ``unknown`` to the catalogue; and how many records were
    ``unread``, since they say nothing of a learner and a credential.
    """

    unknown: int
    unread: int


class AccountOut(BaseModel):
    """An account at a site."""

    homePage: str = LEARNER  # noqa: N815
    name: Id


class PersonOut(BaseModel):
    """Somebody as xAPI has it; the one account is the learner's id here."""

    objectType: str = "Person"  # noqa: N815
    account: list[AccountOut]


class AboutOut(BaseModel):
    """Which versions of xAPI are spoken."""

    version: list[str]
    extensions: dict[str, str]
