"""A learner's path as a page of text, for mail and for browsers without scripts."""

from __future__ import annotations

from functools import partial

from service import answers, rendering
from service.language import LANGUAGES
from service.reasons import told
from service.schemas.path_pages import PathPageRequest
from service.schemas.paths import PathRequest
from service.schemas.recommendations import (
    ConstraintsIn,
    RecommendationRequest,
    RecommendationResponse,
)
from service.state import Service


async def made(service: Service, tenant: str, asked: PathPageRequest, request_id: str) -> str:
    """The HTML. It is two answers, and costs as much."""
    path = await answers.plan(
        service,
        tenant,
        PathRequest(
            learner=asked.learner,
            target_role=asked.target_role,
            constraints=asked.constraints,
            objective=asked.objective,
        ),
        request_id,
    )
    limits = {name: getattr(asked.constraints, name) for name in ConstraintsIn.model_fields}
    question = RecommendationRequest(
        learner=asked.learner,
        target_role=asked.target_role,
        constraints=ConstraintsIn(**limits),
        limit=asked.limit,
    )
    body = question.model_dump_json().encode()
    answer = await answers.recommend(service, tenant, question, body, request_id)
    language = LANGUAGES[asked.lang]
    return rendering.rendered(
        "path_fragment" if asked.fragment else "path",
        language,
        path=path,
        advice=RecommendationResponse.model_validate_json(answer),
        told=partial(told, service.tenants.bundle(tenant), language),
    )
