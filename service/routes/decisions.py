"""``/v1/decisions``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from service.access import Administering, KeyId
from service.decisions import records
from service.problems import documented
from service.schemas.decisions import DecisionsOut
from service.state import ServiceDep

router = APIRouter(tags=["decisions"], responses=documented(401, 403, 404, 422, 429, 503))
AskedFor = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9._-]{1,64}$")]


@router.get("/v1/decisions/{request_id}")
async def get(
    request_id: AskedFor, tenant: Administering, key: KeyId, service: ServiceDep
) -> DecisionsOut:
    """Why an answer was what it was: what it was made from, and with what odds."""
    return await records.find(service, tenant, key, request_id)
