"""The domain's answers as plain data for JSON, field by field as the schemas declare them.

Every list of recommendations goes through here. What comes from the models is of the right types:
to make objects of it, validated or not, would take longer than to find half of the reasons. That
the data are what the schemas say is tested instead.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from models.bundle import Bundle
from models.domain import Closing, Evidence, Gap, Item, Recommendation, ResolvedRole

Wire: TypeAlias = dict[str, Any]


def recommendations(
    bundle: Bundle, found: Recommendation, request_id: str, degraded: list[str]
) -> Wire:
    """A ``RecommendationResponse``."""
    return {
        "request_id": request_id,
        "bundle_version": bundle.version,
        "mode": found.mode,
        "degraded": degraded,
        "notes": list(found.notes),
        "role": None if found.role is None else role(bundle, found.role),
        "gap": None if found.gap is None else gap(bundle, found.gap),
        "items": [_item(bundle, item, rank) for rank, item in enumerate(found.items, 1)],
    }


def role(bundle: Bundle, found: ResolvedRole) -> Wire:
    """A ``RoleOut``."""
    name = None if found.row is None else bundle.roles.ids[found.row]
    return {"id": name, "title": found.title, "match": found.match}


def gap(bundle: Bundle, found: Gap) -> Wire:
    """A ``GapOut``."""
    ids, labels = bundle.skills.ids, bundle.skills.labels
    skills = [
        {
            "skill": ids[entry.skill],
            "label": labels[entry.skill],
            "importance": entry.importance,
            "required": entry.required,
            "held": entry.held,
            "coverage": entry.coverage,
            "status": entry.status,
            "match": entry.match,
            "evidence": [_evidence(bundle, each) for each in entry.evidence],
        }
        for entry in found.skills
    ]
    return {"before": found.before, "skills": skills}


def closing(bundle: Bundle, found: Closing) -> Wire:
    """A ``ClosingOut``: what a credential closes."""
    return {
        "skill": bundle.skills.ids[found.skill],
        "label": bundle.skills.labels[found.skill],
        "from": found.before,
        "to": found.after,
    }


def _evidence(bundle: Bundle, found: Evidence) -> Wire:
    row = found.credential
    return {
        "kind": found.kind,
        "credential": None if row is None else bundle.credentials.ids[row],
        "skill": bundle.skills.ids[found.skill],
        "label": bundle.skills.labels[found.skill],
        "level": found.level,
        "nearness": found.nearness,
        "how": found.how,
        "covers": found.covers,
    }


def _item(bundle: Bundle, item: Item, rank: int) -> Wire:
    card = bundle.credentials.facts(item.credential)
    return {
        "credential": card["id"],
        "title": card["title"],
        "issuer": card["issuer"],
        "level": card["level"],
        "hours": card["hours"],
        "cost": card["cost"],
        "language": card["language"],
        "delivery": card["delivery"],
        "url": card["url"],
        "rank": rank,
        "score": item.score,
        "sources": list(item.sources),
        "closes": [closing(bundle, each) for each in item.closes],
        "gap_after": item.gap_after,
        "reasons": [
            {"kind": each.kind, "text": each.text, "evidence": each.evidence}
            for each in item.reasons
        ],
    }
