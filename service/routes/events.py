"""``/v1/events``."""

from __future__ import annotations

from fastapi import APIRouter

from service import events
from service.access import Recording
from service.problems import documented
from service.schemas.events import EventsIn, EventsOut
from service.state import ServiceDep

router = APIRouter(tags=["events"], responses=documented(400, 401, 403, 413, 422, 429, 503))


@router.post("/v1/events", status_code=202)
async def record(body: EventsIn, caller: Recording, service: ServiceDep) -> EventsOut:
    """Record what learners did; an accepted event is durable and counts from now on."""
    return await events.record(service, caller, body)
