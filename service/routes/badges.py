"""``/v1/learners/{id}/credentials``: badges and records that others issued."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request

from service.access import Keeping
from service.badges import taking
from service.problems import documented
from service.schemas.badges import BadgesOut
from service.schemas.fields import Id
from service.state import ServiceDep

WRITTEN: Final = {"type": "string", "minLength": 1, "maxLength": 262_144}
DRAWN: Final = {"type": "string", "format": "binary", "maxLength": 1_000_000}
DOCUMENT: Final = {"type": "object", "description": "A credential as JSON."}
BODIES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One credential, told by its content whatever its type is said to be.",
        "content": {
            "application/vc+jwt": {"schema": WRITTEN},
            "application/vc+ld+json": {"schema": DOCUMENT},
            "image/png": {"schema": DRAWN},
            "image/svg+xml": {"schema": DRAWN},
        },
    }
}

router = APIRouter(tags=["learners"], responses=documented(400, 401, 403, 409, 413, 422, 429, 503))


# Ids may hold slashes, so this comes before the id that takes the rest of the path.
@router.post("/v1/learners/{learner_id:path}/credentials", openapi_extra=BODIES)
async def take(
    learner_id: Annotated[Id, Path()],
    request: Request,
    tenant: Keeping,
    service: ServiceDep,
    recipient: Annotated[Id | None, Query()] = None,
) -> BadgesOut:
    """Verify an Open Badge 3.0 or a CLR 2.0, and let what it certifies count for the learner.

    With a ``recipient``, an e-mail address or a URI, only what was given to them is taken.
    """
    trust = service.tenants.trust(tenant)
    return await taking.take(service, tenant, learner_id, await request.body(), trust, recipient)
