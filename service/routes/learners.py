"""``/v1/learners``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from service import learners
from service.access import Administering, Keeping, KeyId, Reading
from service.problems import documented
from service.schemas.fields import Id
from service.schemas.learners import (
    ErasedOut,
    KnownLearners,
    LearnerExport,
    LearnerOut,
    ProfileIn,
)
from service.state import ServiceDep

router = APIRouter(tags=["learners"], responses=documented(400, 401, 403, 404, 413, 422, 429, 503))
LearnerId = Annotated[Id, Path()]


@router.get("/v1/learners")
async def known(
    tenant: Administering, service: ServiceDep, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> KnownLearners:
    """Some of the tenant's learners that the model was trained on, for trying it out."""
    return learners.known(service, tenant, limit)


# Ids may hold slashes, so this one comes before the id that takes the rest of the path.
@router.get("/v1/learners/{learner_id:path}/export")
async def export(learner_id: LearnerId, caller: Reading, service: ServiceDep) -> LearnerExport:
    """Everything held about the learner; empty after an erasure."""
    return await learners.export(service, caller.about(learner_id), caller.key, learner_id)


@router.get("/v1/learners/{learner_id:path}")
async def get(learner_id: LearnerId, caller: Reading, service: ServiceDep) -> LearnerOut:
    """The learner's profile, and how much is known of their history."""
    return await learners.get(service, caller.about(learner_id), learner_id)


@router.put("/v1/learners/{learner_id:path}")
async def put(
    learner_id: LearnerId, body: ProfileIn, tenant: Keeping, service: ServiceDep
) -> LearnerOut:
    """Replace the learner's profile."""
    return await learners.put(service, tenant, learner_id, body)


@router.delete(
    "/v1/learners/{learner_id:path}",
    responses={202: {"model": ErasedOut, "description": "Erased here; the store follows."}},
)
async def erase(
    learner_id: LearnerId, tenant: Keeping, key: KeyId, service: ServiceDep, response: Response
) -> ErasedOut:
    """Erase profile, events and decisions, and stop using what training knew of the learner."""
    erased = await learners.erase(service, tenant, key, learner_id)
    if erased.erased_events is None:
        response.status_code = 202
    return erased
