"""``/healthz``, ``/readyz`` and ``/metrics``: for machines that watch the service."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from models.errors import StoreUnavailable
from service.schemas.catalogue import HealthOut, ReadyOut
from service.state import ServiceDep

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> HealthOut:
    """The process is alive."""
    return HealthOut(status="alive")


@router.get("/readyz")
async def readyz(service: ServiceDep) -> ReadyOut:
    """Able to answer; ``degraded`` names the ``store`` when answers go on without it, the
    ``bundle`` when they are an earlier one's.
    """
    degraded = ["bundle"] if any(each.behind for each in service.tenants.bundles) else []
    try:
        await service.ledger.store.ping()
    except StoreUnavailable:
        degraded.append("store")
    return ReadyOut(
        status="ready",
        bundle_version=service.tenants.default.current.version,
        degraded=degraded,
        spooled_events=service.ledger.spool.depth(),
    )


@router.get("/metrics", response_class=Response)
async def metrics(service: ServiceDep) -> Response:
    """Prometheus metrics of all workers."""
    return Response(service.metrics.render(), media_type=CONTENT_TYPE_LATEST)
