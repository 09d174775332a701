"""Learners between the store and the wire, with what the bundle knows of them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from models.domain import Event, Kind
from models.histories import standing
from service.decisions.audit import Act
from service.held import LearnerRecord, LoggedEvent, told_badge, tombstone
from service.problems import ProblemError
from service.recommender import merged
from service.schemas.badges import BadgeOut
from service.schemas.decisions import DecisionOut
from service.schemas.learners import (
    ErasedOut,
    EventOut,
    KnownLearner,
    KnownLearners,
    LearnerExport,
    LearnerOut,
    ProfileIn,
    TrainedEventOut,
)
from service.state import Service


async def put(service: Service, tenant: str, learner_id: str, profile: ProfileIn) -> LearnerOut:
    """Replace the profile; answers the learner as then held."""
    kept = {**profile.model_dump(mode="json"), "updated_at": service.now()}
    await service.ledger.put(tenant, learner_id, kept)
    return await get(service, tenant, learner_id)


async def get(service: Service, tenant: str, learner_id: str) -> LearnerOut:
    """The learner as held; a 404 problem when nothing is."""
    held = await service.ledger.record(tenant, learner_id)
    trained = _trained(service, tenant, learner_id, held)
    if held.profile is None and not held.events and not trained and not held.badges:
        raise ProblemError(404, "Nothing is known of this learner.")
    updated = (held.profile or {}).get("updated_at")
    profile = _profile(held) or ProfileIn()
    acts = standing(merged((*trained, *held.state().events)))
    said = {act.credential: act.kind for act in acts}
    return LearnerOut(
        id=learner_id,
        skills=profile.skills,
        credentials=profile.credentials,
        verified=profile.verified,
        target_role=profile.target_role,
        attributes=profile.attributes,
        updated_at=None if updated is None else _moment(updated),
        events=len(held.events),
        trained_events=len(trained),
        saved=tuple(name for name, kind in said.items() if kind is Kind.SAVE),
        dismissed=tuple(name for name, kind in said.items() if kind is Kind.DISMISS),
        badges=_badges(held),
    )


async def erase(service: Service, tenant: str, key: str, learner_id: str) -> ErasedOut:
    """Forget the learner; what training knew of them is not used from now on. Without the store
    here and at once, there as soon as it is back.
    """
    await service.audit.note(tenant, key, Act.ERASE, learner=tombstone(tenant, learner_id))
    gone = await service.ledger.erase(tenant, learner_id, service.now())
    service.repeats.forget(tenant, learner_id)
    return ErasedOut(id=learner_id, erased_events=gone)


async def export(service: Service, tenant: str, key: str, learner_id: str) -> LearnerExport:
    """Everything held about the learner."""
    mark = tombstone(tenant, learner_id)
    await service.audit.note(tenant, key, Act.EXPORT, learner=mark)
    held = await service.ledger.record(tenant, learner_id)
    dated = service.tenants.bundle(tenant).manifest.data.dated
    return LearnerExport(
        id=learner_id,
        profile=_profile(held),
        events=[_event(event) for event in held.events],
        trained_events=[
            TrainedEventOut(
                credential_id=event.credential,
                kind=event.kind,
                occurred_at=_moment(event.at) if dated else None,
            )
            for event in _trained(service, tenant, learner_id, held)
        ],
        decisions=[
            DecisionOut.model_validate(each) for each in await service.decisions.of(tenant, mark)
        ],
        badges=_badges(held),
    )


async def latest(service: Service, tenant: str, learner_id: str, limit: int) -> list[EventOut]:
    """Up to ``limit`` of the learner's events as held, the latest accepted first."""
    held = await service.ledger.record(tenant, learner_id)
    return [_event(event) for event in held.events[: -limit - 1 : -1]]


def known(service: Service, tenant: str, limit: int) -> KnownLearners:
    """Up to ``limit`` of the tenant's learners that the bundle was trained on."""
    histories = service.tenants.bundle(tenant).histories
    names = islice(histories.learners, limit)
    return KnownLearners(
        items=[KnownLearner(id=name, events=len(histories.of(name))) for name in names]
    )


def _trained(
    service: Service, tenant: str, learner_id: str, held: LearnerRecord
) -> tuple[Event, ...]:
    return () if held.erased else service.tenants.bundle(tenant).histories.of(learner_id)


def _profile(held: LearnerRecord) -> ProfileIn | None:
    if held.profile is None:
        return None
    return ProfileIn.model_validate({k: v for k, v in held.profile.items() if k != "updated_at"})


def _badges(held: LearnerRecord) -> list[BadgeOut]:
    found = [BadgeOut.model_validate_json(told_badge(each)) for each in held.badges]
    return sorted(found, key=lambda badge: badge.key)


def _event(event: LoggedEvent) -> EventOut:
    return EventOut(
        event_id=event.event_id,
        credential_id=event.credential,
        kind=event.kind,
        occurred_at=_moment(event.at),
        value=event.value,
        request_id=event.request_id,
    )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
