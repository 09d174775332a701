"""xAPI 1.0.3 and 2.0 statements: what of them is looked at, and the event that one comes to.

Property names are those of the specification (IEEE 9274.1.1), which lets nothing else in.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator
from pydantic.config import JsonDict

from models.domain import Kind
from models.fields import Id, Moment, Real, Unread
from models.records.people import People
from models.records.record import Record, Voiding, share
from models.records.verbs import VERBS, VOIDED

UUID: Final = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
EXAMPLE: Final[JsonDict] = {
    "actor": {"account": {"homePage": "https://lms.example", "name": "lea"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "https://lms.example/courses/sql-basics"},
}
NAMES: Final = ("mbox", "mbox_sha1sum", "openid", "account")
"""How an agent may be identified."""

Uuid = Annotated[str, StringConstraints(pattern=UUID, max_length=36)]
Mbox = Annotated[str, StringConstraints(pattern=r"^mailto:[^@\s]+@[^@\s]+$", max_length=512)]
Sha1 = Annotated[str, StringConstraints(pattern="^[0-9a-fA-F]{40}$", max_length=40)]


class Part(BaseModel):
    """A part of a statement."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Account(Part):
    """Somebody's account at a site."""

    home_page: Annotated[Id, Field(alias="homePage")]
    name: Id


class Agent(Part):
    """Who did it. Names and members of groups are not looked at."""

    object_type: Annotated[Literal["Agent", "Group"], Field(alias="objectType")] = "Agent"
    name: Unread = None
    mbox: Mbox | None = None
    mbox_sha1sum: Sha1 | None = None
    openid: Id | None = None
    account: Account | None = None
    member: Unread = None

    @model_validator(mode="after")
    def _identified(self) -> Self:
        named = sum(getattr(self, name) is not None for name in NAMES)
        if named > 1 or (named == 0 and self.object_type == "Agent"):
            raise ValueError(f"expected exactly one of {', '.join(NAMES)}")
        return self

    def learner(self, people: People) -> str | None:
        """Their id here; ``None`` for a group, which is nobody in particular."""
        if self.object_type == "Group":
            return None
        if self.account is not None:
            return people.account(self.account.home_page, self.account.name)
        if self.mbox is not None:
            return people.mbox(self.mbox)
        if self.mbox_sha1sum is not None:
            return people.mbox_hash(self.mbox_sha1sum)
        return None if self.openid is None else people.iri(self.openid)


class Verb(Part):
    """What was done."""

    id: Id
    display: Unread = None


class Thing(Part):
    """What it was done with: an activity, of which the id and the name are looked at, or another
    statement; whatever else it may be is taken and not looked at.
    """

    object_type: Annotated[
        Literal["Activity", "Agent", "Group", "StatementRef", "SubStatement"],
        Field(alias="objectType"),
    ] = "Activity"
    id: Id | None = None
    definition: Unread = None
    name: Unread = None
    mbox: Unread = None
    mbox_sha1sum: Unread = None
    openid: Unread = None
    account: Unread = None
    member: Unread = None
    actor: Unread = None
    verb: Unread = None
    object: Unread = None
    result: Unread = None
    context: Unread = None
    timestamp: Unread = None
    attachments: Unread = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.object_type == "Activity" and self.id is None:
            raise ValueError("expected the id of the activity")
        if self.object_type == "StatementRef" and not re.match(UUID, self.id or ""):
            raise ValueError("expected the id of a statement, a UUID")
        return self

    def title(self) -> str | None:
        """What it is called, in English where it is."""
        match self.definition:
            case {"name": {"en-US": str(title)} | {"en": str(title)}}:
                return title
            case {"name": dict(titles)}:
                return next((each for each in titles.values() if isinstance(each, str)), None)
        return None


class Score(Part):
    """How well: ``scaled`` -1..1, or ``raw`` between ``min`` and ``max``."""

    scaled: Annotated[Real, Field(ge=-1, le=1)] | None = None
    raw: Real | None = None
    min: Real | None = None
    max: Real | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        numbers = [each for each in (self.min, self.raw, self.max) if each is not None]
        if numbers != sorted(numbers):
            raise ValueError("expected min, raw and max in this order")
        return self

    def value(self) -> float | None:
        """What it is on a scale of its own; ``None`` where nobody knows the scale."""
        return share(self.raw, self.min, self.max) if self.scaled is None else self.scaled


class Result(Part):
    """How it ended."""

    score: Score | None = None
    success: StrictBool | None = None
    completion: StrictBool | None = None
    response: Unread = None
    duration: Unread = None
    extensions: Unread = None


class Statement(Part):
    """One statement. Where it has no time of its own the moment it comes counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: Uuid | None = None
    actor: Agent
    verb: Verb
    object: Thing
    result: Result | None = None
    context: Unread = None
    timestamp: Moment | None = None
    stored: Moment | None = None
    authority: Unread = None
    version: Unread = None
    attachments: Unread = None

    @model_validator(mode="after")
    def _voids_a_statement(self) -> Self:
        if self.verb.id == VOIDED and self.object.object_type != "StatementRef":
            raise ValueError("expected a StatementRef as object: it is to be voided")
        return self

    def read(self, people: People, name: str | None = None) -> Record | Voiding | None:
        """The event it comes to, by the ``name`` it was given where it has no id; ``None`` where
        its verb, object or actor says nothing of a learner and a credential.
        """
        moment = self.timestamp or self.stored
        own = self.id or name
        if self.verb.id == VOIDED:
            return Voiding(_event(own), f"xapi:{str(self.object.id).lower()}")
        kind, learner = VERBS.get(self.verb.id), self.actor.learner(people)
        if kind is None or learner is None or self.object.object_type != "Activity":
            return None
        result = self.result or Result()
        if kind is Kind.COMPLETE and False in (result.success, result.completion):
            return None
        return Record(
            id=_event(own),
            learner=learner,
            thing=str(self.object.id),
            kind=kind,
            at=None if moment is None else moment.timestamp(),
            value=result.score.value() if result.score and kind is Kind.RATE else None,
            title=self.object.title(),
        )


def _event(own: str | None) -> str | None:
    return None if own is None else f"xapi:{own.lower()}"
