"""From a request to an answer: the only place that speaks both the schemas and the domain.

``answer`` needs no server and no store, so the command line gives the same body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from models.bundle import Bundle
from models.domain import (
    Ask,
    Constraints,
    Event,
    HeldSkill,
    Learner,
    Money,
    Recommendation,
    Target,
)
from models.explore import Exploration
from models.histories import standing
from models.observer import NOBODY, Observer
from models.recommend import recommend
from service import wire
from service.held import HeldBadge, LearnerState
from service.schemas.learners import LearnerQuery, PastEvent, SkillHeld
from service.schemas.recommendations import (
    ConstraintsIn,
    RecommendationRequest,
    RecommendationResponse,
    RoleText,
)
from service.wire import Wire

UNKNOWN: Final = LearnerState()


def answer(
    bundle: Bundle,
    request: RecommendationRequest,
    *,
    at: float,
    request_id: str,
    held: LearnerState = UNKNOWN,
    degraded: Sequence[str] = (),
    observer: Observer = NOBODY,
) -> RecommendationResponse:
    """Recommend for ``request``.

    ``at`` (seconds since the epoch, UTC) is the moment of asking, ``held`` what the store
    holds of the learner, ``degraded`` what was unavailable until here.
    """
    told, _ = considered(
        bundle, request, at=at, request_id=request_id, held=held, degraded=degraded,
        observer=observer,
    )  # fmt: skip
    return RecommendationResponse.model_validate(told)


def considered(
    bundle: Bundle,
    request: RecommendationRequest,
    *,
    at: float,
    request_id: str,
    held: LearnerState = UNKNOWN,
    degraded: Sequence[str] = (),
    exploration: Exploration | None = None,
    observer: Observer = NOBODY,
) -> tuple[Wire, Recommendation]:
    """The answer, a ``RecommendationResponse`` as plain data, and what it was made from, with the
    first place open to a draw on request.
    """
    ask = Ask(
        learner=learner_of(bundle, request.learner, held, at),
        at=at,
        target=target_of(request.target_role, held),
        limit=request.limit,
        constraints=constraints_of(request.constraints),
        goal_weight=request.goal_weight,
        diversity=request.diversity,
        labour_market=request.labour_market,
        pinned=request.pinned,
        max_per_issuer=request.max_per_issuer,
        explain=request.explain,
        exploration=exploration,
    )
    found = recommend(bundle, ask, observer)
    unavailable = list(degraded)
    if bundle.encoder is None and isinstance(request.target_role, RoleText):
        unavailable.append("encoder")
    told = wire.recommendations(bundle, found, request_id, unavailable)
    observer.done("wire")
    return told, found


def learner_of(bundle: Bundle, query: LearnerQuery, held: LearnerState, at: float) -> Learner:
    """All that is known of the learner: trained on, held by the store, and said inline."""
    profile = held.profile or {}
    dated = [
        Event(past.credential_id, past.kind, past.occurred_at.timestamp(), past.value)
        for past in query.history
        if past.occurred_at is not None
    ]
    trained = () if query.id is None or held.erased else bundle.histories.of(query.id)
    history = standing(merged([*trained, *held.events, *dated]))
    undated = [past for past in query.history if past.occurred_at is None]
    badges = [each for each in held.badges if each.until is None or each.until > at]
    proven, claimed = (
        [each for each in badges if each.verified is wanted] for wanted in (True, False)
    )
    certified = [each.credential for each in proven if each.credential is not None]
    verified = (*profile.get("verified", ()), *query.verified, *certified)
    undated += [
        PastEvent(credential_id=name)
        for name in [*profile.get("credentials", ()), *query.credentials, *verified]
    ]
    earliest = history[0].at if history else at
    stated = merged(Event(past.credential_id, past.kind, earliest, past.value) for past in undated)
    return Learner(
        id=query.id,
        skills=_skills(_claims(bundle, claimed), profile.get("skills", ()), query.skills),
        history=(*stated, *history),
        target_role=profile.get("target_role"),
        verified=verified,
        proven=tuple(skill for each in proven for skill in each.skills),
    )


def merged(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events oldest first, each once.

    An event that was exported and trained on is in the bundle and in the store. On the way
    a file may have dropped the fraction of a second, so it does not tell two events apart.
    """
    once = {(event.credential, event.kind, int(event.at)): event for event in events}
    return tuple(sorted(once.values(), key=lambda event: event.at))


def _claims(bundle: Bundle, badges: Iterable[HeldBadge]) -> dict[str, float | None]:
    """The skills of badges that prove nothing, as far as they are known: the learner's own word."""
    skills = (skill for each in badges for skill in each.skills)
    return {each.skill: each.level for each in skills if bundle.skills.row(each.skill) is not None}


def _skills(
    claims: Mapping[str, float | None],
    profile: Iterable[dict[str, Any]],
    said: Sequence[SkillHeld],
) -> tuple[HeldSkill, ...]:
    """What is said last of a skill counts."""
    levels = {**claims, **{entry["skill"]: entry["level"] for entry in profile}}
    levels.update((entry.skill, entry.level) for entry in said)
    return tuple(HeldSkill(skill, level) for skill, level in levels.items())


def target_of(asked: str | RoleText | None, held: LearnerState) -> Target | None:
    """The role asked for, or else the one on the learner's profile."""
    role = asked or (held.profile or {}).get("target_role")
    if role is None:
        return None
    return Target(id=role) if isinstance(role, str) else Target(text=role.text)


def constraints_of(limits: ConstraintsIn) -> Constraints:
    """The limits in the domain's words."""
    cost = limits.max_cost
    return Constraints(
        max_hours=limits.max_hours,
        max_cost=None if cost is None else Money(cost.amount, cost.currency),
        languages=limits.languages,
        delivery=limits.delivery,
        issuers=limits.issuers,
        exclude=limits.exclude,
        include_unknown=limits.include_unknown,
    )
