"""``/v1/caliper``: where sensors of Caliper send their envelopes."""

from __future__ import annotations

from fastapi import APIRouter

from models.records.caliper import Envelope
from service import records
from service.access import Sending
from service.problems import documented
from service.schemas.records import RecordsOut
from service.state import ServiceDep

router = APIRouter(tags=["caliper"], responses=documented(400, 401, 403, 413, 422, 429, 503))


@router.post("/v1/caliper")
async def store(body: Envelope, tenant: Sending, service: ServiceDep) -> RecordsOut:
    """Take an envelope's events in; descriptions of entities beside them are passed over."""
    people = service.people(tenant)
    read = [None if each is None else each.read(people) for each in body.data]
    return await records.take(service, tenant, read)
