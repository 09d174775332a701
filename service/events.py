"""Taking events in."""

from __future__ import annotations

from service.held import LoggedEvent
from service.schemas.events import EventIn, EventsIn, EventsOut
from service.state import Service


async def record(service: Service, tenant: str, batch: EventsIn) -> EventsOut:
    """Make the events durable, each once."""
    now = service.now()
    logged = [_logged(event, now) for event in batch.events]
    accepted, duplicates = await service.store.append_events(tenant, logged)
    service.metrics.events.labels("accepted").inc(accepted)
    service.metrics.events.labels("duplicate").inc(duplicates)
    return EventsOut(accepted=accepted, duplicates=duplicates)


def _logged(event: EventIn, now: float) -> LoggedEvent:
    return LoggedEvent(
        event_id=event.event_id,
        learner_id=event.learner_id,
        credential=event.credential_id,
        kind=event.kind,
        at=now if event.occurred_at is None else event.occurred_at.timestamp(),
        value=event.value,
        request_id=event.request_id,
    )
