"""Recommendations, paths and comparisons from live state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias, TypeVar

import orjson

from models.bundle import Bundle
from models.errors import StoreUnavailable, UsageError
from service import ctdl, planner, whatif
from service.decisions import records
from service.decisions.store import Kept
from service.experiments.assignment import NO_TRIAL
from service.held import LearnerState, Told
from service.problems import ProblemError
from service.recommender import considered
from service.repeats import Given, Question
from service.schemas.paths import PathRequest, PathResponse
from service.schemas.recommendations import RecommendationRequest, RoleText
from service.schemas.whatif import (
    ClosestRequest,
    ClosestResponse,
    CompareRequest,
    CompareResponse,
)
from service.state import Service
from service.telemetry.seen import Seen, seen
from service.tenants.limits import Costly

Request: TypeAlias = PathRequest | CompareRequest | ClosestRequest
Response = TypeVar("Response", PathResponse, CompareResponse, ClosestResponse)

NOBODY: Final = Told(None, False, b"", 0)
"""What is held of a learner without an id."""


async def recommend(
    service: Service, tenant: str, request: RecommendationRequest, body: bytes, request_id: str
) -> bytes:
    """Answer from all that is known; without the store, from the bundle and the request.

    ``body`` is ``request`` as it came. Returns the response as JSON.
    """
    observer, told, degraded = await _asked(service, tenant, request.learner.id)
    at = service.now()
    trial = service.experiments.trial(tenant, request, at, request_id)
    bundle = service.tenants.bundle(tenant, trial.bundle)
    question = None
    if trial is NO_TRIAL and not degraded and isinstance(told, Told):
        question = Question.of(tenant, request.learner.id, id(bundle), body, told)
        given = service.repeats.find(question)
        if given is not None:
            observer.done("repeat")
            return _again(service, tenant, given, at, request_id)
    held = told.state()
    compute = partial(
        considered,
        bundle,
        trial.of(request),
        at=at,
        request_id=request_id,
        held=held,
        degraded=degraded,
        exploration=trial.exploration,
        observer=observer,
    )
    # Otherwise on the event loop, on purpose: a few milliseconds of numpy, for which a thread
    # would add its hand-over and still wait for the interpreter. More workers give more cores.
    make = service.aside if _speaks(request, held) else service.turns.take
    answer, found = await make(compute)
    decision = service.decisions.record(
        lambda: records.recommended(tenant, at, request, answer, found, trial)
    )
    sources = frozenset(name for item in found.items for name in item.sources)
    unavailable = answer["degraded"]
    del answer["request_id"]
    given = Given(bundle, orjson.dumps(answer)[1:], found.mode, sources, decision)
    if question is not None and not unavailable:
        service.repeats.keep(question, given)
    return _sent(service, tenant, given, unavailable, request_id)


def _again(service: Service, tenant: str, given: Given, at: float, request_id: str) -> bytes:
    """The answer of before, as one of its own."""
    if given.decision is not None:
        kept = given.decision
        service.decisions.record(lambda: records.repeated(kept, at, request_id))
    return _sent(service, tenant, given, [], request_id)


def _sent(
    service: Service, tenant: str, given: Given, degraded: Sequence[str], request_id: str
) -> bytes:
    service.metrics.answers.labels(given.mode).inc()
    _note(service, tenant, given.view.version, degraded, given.sources)
    return b'{"request_id":%b,%b' % (orjson.dumps(request_id), given.rest)


async def plan(
    service: Service, tenant: str, request: PathRequest, request_id: str
) -> PathResponse:
    """Plan from all that is known; without the store, from the bundle and the request."""
    path, _ = await _planned(service, tenant, request, request_id, planner.answer, records.planned)
    return path


async def pathways(service: Service, tenant: str, request: PathRequest, request_id: str) -> bytes:
    """The same as pathways of CTDL, in JSON-LD."""
    path, bundle = await _planned(
        service, tenant, request, request_id, planner.answer, records.planned
    )
    return orjson.dumps(ctdl.pathways(bundle, path))


async def compare(
    service: Service, tenant: str, request: CompareRequest, request_id: str
) -> CompareResponse:
    """Compare roles, likewise."""
    found, _ = await _planned(
        service, tenant, request, request_id, whatif.compared, records.compared
    )
    return found


async def closest(
    service: Service, tenant: str, request: ClosestRequest, request_id: str
) -> ClosestResponse:
    """Rank roles by remaining effort, likewise."""
    found, _ = await _planned(service, tenant, request, request_id, whatif.nearest, records.closest)
    return found


async def _planned(
    service: Service,
    tenant: str,
    request: Request,
    request_id: str,
    answer: Callable[..., Response],
    recorded: Callable[..., Kept],
) -> tuple[Response, Bundle]:
    """The answer, and the bundle it was made from."""
    observer, told, degraded = await _asked(service, tenant, request.learner.id)
    held = told.state()
    at, bundle = service.now(), service.tenants.bundle(tenant)
    compute = partial(
        answer, bundle, request, at=at, request_id=request_id, held=held, degraded=degraded,
        observer=observer,
    )  # fmt: skip
    try:
        # A solver may take a second, most of it without the interpreter.
        response = await service.aside(compute)
    except UsageError as error:
        raise ProblemError(422, str(error)) from error
    service.decisions.record(lambda: recorded(tenant, at, request, response))
    _note(service, tenant, response.bundle_version, response.degraded)
    return response, bundle


async def _asked(
    service: Service, tenant: str, learner: str | None
) -> tuple[Seen, LearnerState | Told, list[str]]:
    """Who looks on, what is held of a learner, and what was unavailable."""
    observer = seen()
    observer.done("parse")
    held, degraded = await _held(service, tenant, learner)
    observer.done("state")
    return observer, held, degraded


async def _held(
    service: Service, tenant: str, learner: str | None
) -> tuple[LearnerState | Told, list[str]]:
    """What is held of a learner, and what was unavailable."""
    toll = service.tenants.toll(tenant, Costly.ANSWERS)
    if learner is None:
        await service.ledger.take(toll)
        return NOBODY, []
    try:
        return await service.ledger.learner(tenant, learner, toll=toll), []
    except StoreUnavailable:
        return service.ledger.local(tenant, learner, toll), ["store"]


def _note(
    service: Service,
    tenant: str,
    bundle: str,
    degraded: Sequence[str],
    sources: frozenset[str] = frozenset(),
) -> None:
    seen().answered(bundle, degraded, sources)
    service.metrics.tenant_answers.labels(tenant).inc()
    for part in degraded:
        service.metrics.degraded.labels(part).inc()


def _speaks(request: RecommendationRequest, held: LearnerState) -> bool:
    """Whether there may be words to encode: a role or skills in free text."""
    skills = request.learner.skills or (held.profile or {}).get("skills")
    return isinstance(request.target_role, RoleText) or bool(skills)
