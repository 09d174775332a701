"""What is recorded of an answer: how it came about, in a form without names or free text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from models.domain import Recommendation
from service.decisions.audit import Act
from service.decisions.store import Kept, deflated, packed, rest_of
from service.experiments.assignment import Trial
from service.held import tombstone
from service.ids import fresh
from service.problems import ProblemError
from service.schemas.decisions import DecisionOut, DecisionsOut
from service.schemas.paths import PathRequest, PathResponse
from service.schemas.recommendations import (
    ReasonOut,
    RecommendationRequest,
    RoleOut,
    RoleText,
)
from service.schemas.whatif import (
    ClosestRequest,
    ClosestResponse,
    ClosestRole,
    ComparedRole,
    CompareRequest,
    CompareResponse,
)
from service.state import Service
from service.wire import Wire

Request = RecommendationRequest | PathRequest | CompareRequest | ClosestRequest
Response = PathResponse | CompareResponse | ClosestResponse

COMMON: Final = {"request_id", "bundle_version", "degraded"}
"""What every answer says of itself."""


def recommended(
    tenant: str,
    at: float,
    request: RecommendationRequest,
    answer: Wire,
    found: Recommendation,
    trial: Trial,
) -> Kept:
    """A list of recommendations. ``request`` is as it came, ``answer`` a
    ``RecommendationResponse`` as plain data, ``trial`` what was tried out.
    """
    odds = [*found.propensities, *[None] * (len(found.items) - len(found.propensities))]
    items = [
        {
            "credential": item["credential"],
            "rank": item["rank"],
            "score": item["score"],
            "sources": item["sources"],
            "gap_after": item["gap_after"],
            "propensity": odd,
            "reasons": [
                {"kind": each["kind"], "facts": each["evidence"]} for each in item["reasons"]
            ],
        }
        for item, odd in zip(answer["items"], odds, strict=True)
    ]
    role = answer["role"]
    return _kept(
        tenant,
        at,
        request,
        answer,
        route="recommendations",
        mode=found.mode,
        role=None if role is None else {"id": role["id"], "match": role["match"]},
        candidates=found.candidates,
        items=items,
        experiments=trial.enrolments,
        settings=trial.settings,
        exploration=trial.explored if found.propensities else None,
    )


def planned(tenant: str, at: float, request: PathRequest, response: PathResponse) -> Kept:
    """A path."""
    items = [
        {"credential": step.credential, "rank": rank, "reasons": _reasons(step.why)}
        for rank, step in enumerate(response.steps, 1)
    ]
    return _kept(
        tenant,
        at,
        request,
        response.model_dump(include=COMMON),
        route="paths",
        role=_role(response.role),
        feasible=response.feasible,
        in_the_way=[each.constraint for each in response.infeasible],
        items=items,
    )


def compared(tenant: str, at: float, request: CompareRequest, response: CompareResponse) -> Kept:
    """Roles side by side."""
    roles = [_outlook(each) | {"feasible": each.feasible} for each in response.roles]
    return _kept(
        tenant, at, request, response.model_dump(include=COMMON), route="compare", roles=roles
    )


def closest(tenant: str, at: float, request: ClosestRequest, response: ClosestResponse) -> Kept:
    """The closest roles."""
    roles = [_outlook(each) | {"reached": each.reached} for each in response.roles]
    return _kept(
        tenant, at, request, response.model_dump(include=COMMON), route="closest", roles=roles
    )


def repeated(kept: Kept, at: float, request_id: str) -> Kept:
    """The same answer, given again."""
    return _named(kept.tenant, request_id, at, kept.mark, rest_of(kept.payload))


async def find(service: Service, tenant: str, key: str, request_id: str) -> DecisionsOut:
    """The answers under a request id; a 404 problem when none is kept."""
    await service.audit.note(tenant, key, Act.READ_DECISION, request=request_id)
    found = await service.decisions.find(tenant, request_id)
    if not found:
        raise ProblemError(404, "No decision is kept under this request id.")
    return DecisionsOut(items=[DecisionOut.model_validate(each) for each in found])


def _kept(tenant: str, at: float, request: Request, answer: Wire, **answered: object) -> Kept:
    learner = request.learner.id
    mark = None if learner is None else tombstone(tenant, learner)
    record = {
        "learner": mark,
        "bundle_version": answer["bundle_version"],
        "degraded": answer["degraded"],
        "request": _asked(request),
        **answered,
    }
    return _named(tenant, answer["request_id"], at, mark or "", deflated(record))


def _named(tenant: str, request_id: str, at: float, mark: str, rest: bytes) -> Kept:
    """The decision with what tells it from others put before the ``rest``."""
    head = {"request_id": request_id, "tenant": tenant, "at": at}
    return Kept(tenant, request_id, fresh(), at, mark, packed(head, rest))


def _asked(request: Request) -> dict[str, Any]:
    """The question without the learner's id, without words, inline histories by their length."""
    said = request.learner
    asked = request.model_dump(
        mode="json", exclude={"learner", "target_role", "target_roles"}
    )  # pydantic passes over the fields that this kind of request does not have
    if isinstance(request, CompareRequest):
        asked["target_roles"] = [_target(role) for role in request.target_roles]
    elif not isinstance(request, ClosestRequest):
        asked["target_role"] = _target(request.target_role)
    asked["inline"] = {
        "skills": len(said.skills),
        "credentials": len(said.credentials),
        "verified": len(said.verified),
        "history": len(said.history),
    }
    return asked


def _target(role: str | RoleText | None) -> Mapping[str, object] | None:
    if role is None:
        return None
    words = isinstance(role, RoleText)
    return {"id": None if words else role, "words": words}


def _role(role: RoleOut | None) -> Mapping[str, object] | None:
    """Without the title, which may be the caller's words."""
    return None if role is None else {"id": role.id, "match": role.match}


def _outlook(each: ComparedRole | ClosestRole) -> dict[str, object]:
    first = [step.credential for step in each.first_steps]
    return {"role": _role(each.role), "steps": each.steps, "first_steps": first}


def _reasons(reasons: Sequence[ReasonOut]) -> list[dict[str, object]]:
    return [{"kind": each.kind, "facts": each.evidence} for each in reasons]
