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
DOCUMENT: Final = {"type": "object", "additionalProperties": True, "description": "As JSON-LD."}
EXAMPLE: Final = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:5c4b3d8e-1f52-4e0e-9c7b-0d9a3f1c2b7a",
    "type": ["VerifiableCredential", "AchievementCredential"],
    "issuer": {"id": "https://example.edu/issuer", "type": ["Profile"], "name": "Example"},
    "validFrom": "2024-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:lea",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://example.edu/achievements/sql",
            "type": ["Achievement"],
            "name": "SQL",
            "description": "Asks a database.",
            "criteria": {"narrative": "Asked one."},
        },
    },
}
"""Not signed, and so a claim."""
BODIES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One credential, told by its content whatever its type is said to be.",
        "content": {
            "application/vc+jwt": {"schema": WRITTEN},
            "application/json": {"schema": DOCUMENT, "example": EXAMPLE},
            "image/png": {"schema": DRAWN},
            "image/svg+xml": {"schema": DRAWN},
        },
    }
}

router = APIRouter(
    tags=["learners"], responses=documented(400, 401, 403, 404, 409, 413, 422, 429, 503)
)


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
