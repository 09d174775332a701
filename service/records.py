"""Taking in what learning platforms say in standards of the field: the way of ``/v1/events``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.domain import Kind
from models.histories import standing
from models.records.record import Record, Voiding
from service import events
from service.held import LoggedEvent
from service.problems import PayloadFault, ProblemError
from service.schemas.events import EventsOut
from service.schemas.records import RecordsOut
from service.state import Service
from service.tenants.limits import Costly

NOTHING = EventsOut(accepted=0, duplicates=0)


async def take(
    service: Service, tenant: str, records: Sequence[Record | Voiding | None]
) -> RecordsOut:
    """Make the events that they come to durable, all of them or none, each once by its id.

    An object that the catalogue does not know is kept as it is called. Raises a 409 problem where
    a statement cannot be voided, ``StoreUnavailable`` as ``events.keep`` does, and also where a
    voided statement cannot be looked up.
    """
    called = await service.aside(lambda: _called(service, tenant, records))
    logged: list[LoggedEvent] = []
    for place, record in enumerate(records):
        match record:
            case Record():
                logged.append(_event(record, called[place] or record.thing, service.now()))
            case Voiding():
                event = await _retraction(service, tenant, logged, record, place)
                logged += [] if event is None else [event]
    unread = len(records) - len(logged)
    if logged:
        kept = await events.keep(service, tenant, logged)
    else:
        await service.ledger.take(service.tenants.toll(tenant, Costly.EVENTS))
        kept = NOTHING
    service.metrics.events.labels("unread").inc(unread)
    unknown = sum(isinstance(r, Record) and called[i] is None for i, r in enumerate(records))
    return RecordsOut(**kept.model_dump(), unknown=unknown, unread=unread)


def _called(
    service: Service, tenant: str, records: Sequence[Record | Voiding | None]
) -> list[str | None]:
    """The ids that the catalogue has for what records name, ``None`` for what it does not know."""
    credentials = service.tenants.bundle(tenant).credentials
    return [
        credentials.called(record.thing) if isinstance(record, Record) else None
        for record in records
    ]


def _event(record: Record, credential: str, now: float) -> LoggedEvent:
    return LoggedEvent(
        event_id=str(record.id),
        learner_id=record.learner,
        credential=credential,
        kind=record.kind,
        at=now if record.at is None else record.at,
        value=record.value,
    )


async def _retraction(
    service: Service, tenant: str, before: Sequence[LoggedEvent], voiding: Voiding, place: int
) -> LoggedEvent | None:
    """The event that takes back a voided one, ``None`` where nothing is held of that.

    It is dated like the voided one, since a retraction takes back the latest act before it. Where
    another act has the same moment, nobody could tell which of them is meant.
    """
    sent = [event for event in before if event.event_id == voiding.id]
    voided = await service.ledger.event(tenant, voiding.id) or (sent[0] if sent else None)
    if voided is None:
        return None
    held = (await service.ledger.record(tenant, voided.learner_id)).events
    known = {event.event_id for event in held}
    own = replace(voided, event_id=str(voiding.own), kind=Kind.RETRACT, value=None, request_id=None)
    if own.event_id in known:
        return own
    fresh = [event for event in before if event.event_id not in known]
    acts = [
        event
        for event in [*held, *fresh]
        if (event.learner_id, event.credential) == (own.learner_id, own.credential)
    ]
    taken_back = [int(act.at) for act in acts if act.kind is Kind.RETRACT]
    stand = standing(sorted(acts, key=lambda act: act.at))
    there = [act.event_id for act in stand if act.at == own.at]
    if voided.event_id not in there:
        return None
    if there[-1] != voided.event_id or int(own.at) in taken_back:
        reason = "expected a statement that is the only one of its moment about its object"
        fault = PayloadFault(source="body", pointer=f"/{place}/object/id", reason=reason)
        raise ProblemError(409, "A statement cannot be voided.", errors=[fault])
    return own
