"""From a request to an answer: the only place that speaks both the schemas and the domain.

``answer`` needs no server and no store, so the command line gives the same body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from models.bundle import Bundle
from models.domain import (
    Ask,
    Closing,
    Constraints,
    Event,
    Evidence,
    Gap,
    HeldSkill,
    Item,
    Learner,
    Money,
    Recommendation,
    ResolvedRole,
    Target,
)
from models.explore import Exploration
from models.histories import standing
from models.observer import NOBODY, Observer
from models.recommend import recommend
from service.held import HeldBadge, LearnerState
from service.schemas.catalogue import CostOut
from service.schemas.learners import LearnerQuery, PastEvent, SkillHeld
from service.schemas.recommendations import (
    ClosingOut,
    ConstraintsIn,
    EvidenceOut,
    GapOut,
    GapSkill,
    ItemOut,
    ReasonOut,
    RecommendationRequest,
    RecommendationResponse,
    RoleOut,
    RoleText,
)

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
    response, _ = considered(
        bundle, request, at=at, request_id=request_id, held=held, degraded=degraded,
        observer=observer,
    )  # fmt: skip
    return response


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
) -> tuple[RecommendationResponse, Recommendation]:
    """The answer and what it was made from, with the first place open to a draw on request."""
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
    response = _response(bundle, found, request_id, unavailable)
    observer.done("wire")
    return response, found


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


def _response(
    bundle: Bundle, found: Recommendation, request_id: str, degraded: list[str]
) -> RecommendationResponse:
    # What comes from the models is of the right types: validating it again would take longer
    # than to say it.
    return RecommendationResponse.model_construct(
        request_id=request_id,
        bundle_version=bundle.version,
        mode=found.mode,
        degraded=degraded,
        notes=list(found.notes),
        role=None if found.role is None else role_out(bundle, found.role),
        gap=None if found.gap is None else gap_out(bundle, found.gap),
        items=[_item(bundle, item, rank) for rank, item in enumerate(found.items, 1)],
    )


def role_out(bundle: Bundle, role: ResolvedRole) -> RoleOut:
    """The role on the wire."""
    name = None if role.row is None else bundle.roles.ids[role.row]
    return RoleOut.model_construct(id=name, title=role.title, match=role.match)


def gap_out(bundle: Bundle, gap: Gap) -> GapOut:
    """The gap on the wire."""
    skills = [
        GapSkill.model_construct(
            skill=bundle.skills.ids[entry.skill],
            label=bundle.skills.labels[entry.skill],
            importance=entry.importance,
            required=entry.required,
            held=entry.held,
            coverage=entry.coverage,
            status=entry.status,
            match=entry.match,
            evidence=[_evidence(bundle, each) for each in entry.evidence],
        )
        for entry in gap.skills
    ]
    return GapOut.model_construct(before=gap.before, skills=skills)


def _evidence(bundle: Bundle, found: Evidence) -> EvidenceOut:
    row = found.credential
    return EvidenceOut.model_construct(
        kind=found.kind,
        credential=None if row is None else bundle.credentials.ids[row],
        skill=bundle.skills.ids[found.skill],
        label=bundle.skills.labels[found.skill],
        level=found.level,
        nearness=found.nearness,
        how=found.how,
        covers=found.covers,
    )


def closing_out(bundle: Bundle, closing: Closing) -> ClosingOut:
    """What a credential closes, on the wire."""
    return ClosingOut.model_construct(
        skill=bundle.skills.ids[closing.skill],
        label=bundle.skills.labels[closing.skill],
        from_=closing.before,
        to=closing.after,
    )


def _item(bundle: Bundle, item: Item, rank: int) -> ItemOut:
    card = bundle.credentials.facts(item.credential)
    cost = card["cost"]
    reasons = [
        ReasonOut.model_construct(kind=reason.kind, text=reason.text, evidence=reason.evidence)
        for reason in item.reasons
    ]
    return ItemOut.model_construct(
        credential=card["id"],
        title=card["title"],
        issuer=card["issuer"],
        level=card["level"],
        hours=card["hours"],
        cost=None if cost is None else CostOut.model_construct(**cost),
        delivery=card["delivery"],
        language=card["language"],
        url=card["url"],
        rank=rank,
        score=item.score,
        sources=list(item.sources),
        closes=[closing_out(bundle, closing) for closing in item.closes],
        gap_after=item.gap_after,
        reasons=reasons,
    )
