"""Caliper 1.2 (and 1.1) envelopes: what of them is looked at, and the event that one comes to.

Property names and terms are those of 1EdTech's specification. Entities may carry any others.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.config import JsonDict

from models.fields import UNREAD, Id, Moment, Unread
from models.records.people import People
from models.records.record import Record, share
from models.records.verbs import ACTIONS

MOST_PROPERTIES: Final = 200
LONGEST_NAME: Final = 200
OPEN: Final[JsonDict] = {
    "maxProperties": MOST_PROPERTIES,
    "propertyNames": {"maxLength": LONGEST_NAME},
    "additionalProperties": UNREAD,
}

PERSON: Final = "Person"
GRADED: Final = "Graded"

NOBODY: Final = "http://purl.imsglobal.org/caliper/"
"""Who and what is not to be told has an address of the vocabulary in place of its own."""

Urn = Annotated[
    str,
    StringConstraints(
        pattern=r"^urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", max_length=45
    ),
]


def _whole(value: Any) -> Any:
    """An IRI alone stands for the entity that it names."""
    return {"id": value} if isinstance(value, str) else value


class Open(BaseModel):
    """Something in JSON-LD: whatever else it says is not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_extra=OPEN)

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, value: Any) -> Any:
        if isinstance(value, dict):
            if len(value) > MOST_PROPERTIES:
                raise ValueError(f"expected at most {MOST_PROPERTIES} properties")
            if any(len(name) > LONGEST_NAME for name in value):
                raise ValueError(f"expected names of at most {LONGEST_NAME} characters")
        return value


class Named(Open):
    """An entity: its IRI, and what people call it."""

    id: Id
    type: Id | None = None
    name: Unread = None


Entity = Annotated[Named, BeforeValidator(_whole, json_schema_input_type=Named | Id)]


class Worked(Named):
    """What something was done with; of an attempt what was attempted, and by whom."""

    assignable: Entity | None = None
    assignee: Entity | None = None


class CaliperEvent(Open):
    """One event. ``generated`` is looked at where it is a score or a rating."""

    id: Urn
    type: Id
    actor: Entity
    action: Id
    object: Annotated[Worked, BeforeValidator(_whole, json_schema_input_type=Worked | Id)]
    event_time: Annotated[Moment, Field(alias="eventTime")]
    generated: Unread = None

    def read(self, people: People) -> Record | None:
        """The event it comes to; ``None`` where its action or actor says nothing of a learner and
        a credential.
        """
        action = self.action.rpartition("#")[2].rpartition("/")[2]
        kind = ACTIONS.get(action)
        # Who grades is not who learns.
        person = self.object.assignee if action == GRADED else self.actor
        if kind is None or person is None or person.type not in (None, PERSON):
            return None
        thing = self.object.assignable or self.object
        if person.id.startswith(NOBODY) or thing.id.startswith(NOBODY):
            return None
        return Record(
            id=f"caliper:{self.id.lower()}",
            learner=people.iri(person.id),
            thing=thing.id,
            kind=kind,
            at=self.event_time.timestamp(),
            value=_value(self.generated),
            title=thing.name if isinstance(thing.name, str) else None,
        )


def _value(generated: Any) -> float | None:
    """A score's or a rating's place on its scale, 0..1; ``None`` where it does not say."""
    match generated:
        case {"scoreGiven": given, "maxScore": most}:
            return share(given, 0, most)
        case {"selections": [chosen, *_], "question": {"scale": dict(scale)}}:
            return _rating(str(chosen), scale)
    return None


def _rating(chosen: str, scale: dict[str, Any]) -> float | None:
    match scale:
        case {"itemValues": [*values]} if chosen in map(str, values):
            return share([str(each) for each in values].index(chosen), 0, len(values) - 1)
        case {"minValue": lowest, "maxValue": highest}:
            try:
                return share(float(chosen), lowest, highest)
            except ValueError:
                return None
    return None


def _event(value: Any) -> Any:
    """A description of an entity, which an envelope may hold beside events, is no event."""
    match value:
        case {"action": _}:
            return value
        case {"type": str(kind)} if not kind.endswith("Event"):
            Named.model_validate(value)
            return None
        case None:
            raise ValueError("expected an event, or an entity that is described")
    return value


Item = Annotated[
    CaliperEvent | None, BeforeValidator(_event, json_schema_input_type=CaliperEvent | Named)
]


class Envelope(Open):
    """What a sensor sends."""

    sensor: Entity
    send_time: Annotated[Moment, Field(alias="sendTime")]
    data_version: Annotated[
        Literal[
            "http://purl.imsglobal.org/ctx/caliper/v1p1",
            "http://purl.imsglobal.org/ctx/caliper/v1p2",
        ],
        Field(alias="dataVersion"),
    ]
    data: Annotated[list[Item], Field(min_length=1, max_length=1_000)]
