"""Asking again, with another ranking, what was asked when a decision was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.bundle import Bundle
from service.experiments.assignment import Variant
from service.held import LearnerState, tombstone
from service.recommender import considered
from service.schemas.recommendations import RecommendationRequest

FIELDS = (
    "limit", "constraints", "goal_weight", "diversity", "labour_market", "pinned",
    "max_per_issuer", "explain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A learner's id, and all that the store holds of them now."""

    id: str
    held: LearnerState


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is asked: a bundle, under a variant's settings."""

    bundle: Bundle
    variant: Variant

    def odds(
        self, decision: Mapping[str, Any], learners: Mapping[str, Known], credential: str
    ) -> float | None:
        """The probability 0..1 with which this ranking would have shown the credential first.

        ``learners`` come by their marks. ``None`` where the question cannot be asked again: it
        held words or an inline history, neither of which is kept; it was answered without the
        store; or the learner is not known, or changed their profile since.
        """
        known = learners.get(decision["learner"])
        if known is None or not _repeatable(decision, known):
            return None
        at, chance = float(decision["at"]), self.variant.exploration
        then = replace(
            known.held, events=tuple(event for event in known.held.events if event.at < at)
        )
        _, found = considered(
            self.bundle,
            _request(decision, known.id).model_copy(update=self.variant.settings),
            at=at,
            request_id=str(decision["request_id"]),
            held=then,
            exploration=None if chance is None else chance.seeded(""),
        )
        ids = self.bundle.credentials.ids
        listed = [ids[item.credential] for item in found.items]
        if not found.propensities:
            return float(listed[:1] == [credential])
        return dict(zip(listed, found.propensities, strict=False)).get(credential, 0.0)


def by_mark(tenant: str, held: Iterable[Known]) -> dict[str, Known]:
    """The learners by their marks in the decision log."""
    return {tombstone(tenant, each.id): each for each in held}


def _repeatable(decision: Mapping[str, Any], known: Known) -> bool:
    asked = decision["request"]
    role = asked["target_role"]
    profile = known.held.profile or {}
    return not (
        decision["degraded"]
        or any(asked["inline"].values())
        or (role is not None and role["words"])
        or profile.get("updated_at", 0.0) > decision["at"]
    )


def _request(decision: Mapping[str, Any], learner: str) -> RecommendationRequest:
    asked = decision["request"]
    role = asked["target_role"]
    return RecommendationRequest.model_validate(
        {name: asked[name] for name in FIELDS if name in asked}
        | {"learner": {"id": learner}, "target_role": None if role is None else role["id"]}
    )
