"""Taking events in."""

from __future__ import annotations

from collections.abc import Sequence

from service.access import Caller
from service.held import LoggedEvent, tombstone
from service.schemas.events import EventIn, EventsIn, EventsOut
from service.state import Service
from service.tenants.limits import Costly


async def record(service: Service, caller: Caller, batch: EventsIn) -> EventsOut:
    """Make the events durable, each once, in the store or else on the local disk.

    The ids that a widget gives are its learner's own: they neither tell nor take those of others.
    """
    tenant = caller.about(*(event.learner_id for event in batch.events))
    own = f"widget:{tombstone(tenant, caller.learner)}:" if caller.learner is not None else ""
    now = service.now()
    return await keep(service, tenant, [_logged(event, own, now) for event in batch.events])


async def keep(service: Service, tenant: str, logged: Sequence[LoggedEvent]) -> EventsOut:
    """The same, of events of the tenant's learners as they are to be held."""
    toll = service.tenants.toll(tenant, Costly.EVENTS, len(logged))
    kept = await service.ledger.append(tenant, logged, toll)
    service.metrics.tenant_events.labels(tenant).inc(kept.accepted)
    service.metrics.events.labels("spooled" if kept.spooled else "accepted").inc(kept.accepted)
    service.metrics.events.labels("duplicate").inc(kept.duplicates)
    return EventsOut(accepted=kept.accepted, duplicates=kept.duplicates)


def _logged(event: EventIn, own: str, now: float) -> LoggedEvent:
    return LoggedEvent(
        event_id=own + event.event_id,
        learner_id=event.learner_id,
        credential=event.credential_id,
        kind=event.kind,
        at=now if event.occurred_at is None else event.occurred_at.timestamp(),
        value=event.value,
        request_id=event.request_id,
    )
