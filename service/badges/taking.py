"""Taking in what a platform sends for a learner: read, verified, matched, kept."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson

from models.bundle import Bundle
from models.domain import HeldSkill
from service.badges.achievements import Achieved, achieved
from service.badges.documents import BADGES, Document, Unreadable, listed, of, read, text
from service.badges.kept import keep
from service.badges.matching import matched
from service.badges.proofs import Fetch
from service.badges.recipients import names
from service.badges.trust import Trust
from service.badges.verdicts import Findings, Verdict, judge
from service.held import HeldBadge, packed_badge
from service.problems import ProblemError
from service.schemas.badges import (
    AssociationOut,
    BadgeOut,
    BadgesOut,
    BadgeTaken,
    ExpiryOut,
    IssuerOut,
    SignatureOut,
    StatusOut,
    UnreadOut,
)
from service.state import Service

MOST_PARTS: Final = 100
"""A record may hold so many badges."""

MOST_ASSOCIATIONS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A credential, what was found of it, what it certifies, if it is no record, and whether it
    is ``of_another`` recipient than was asked for.
    """

    document: Document
    findings: Findings
    achieved: Achieved | None
    of_another: bool

    @property
    def objection(self) -> str | None:
        """What speaks against taking it."""
        return "it is of another recipient" if self.of_another else self.findings.objection

    @property
    def verdict(self) -> Verdict:
        return Verdict.REFUSED if self.of_another else self.findings.verdict


async def take(
    service: Service,
    tenant: str,
    learner_id: str,
    body: bytes,
    trust: Trust,
    recipient: str | None = None,
) -> BadgesOut:
    """Verify what a body holds and keep what nothing speaks against; with a ``recipient``, only
    what names them.

    A 422 problem where it cannot be read, or is refused as a whole; of a record the parts are
    refused one by one.
    """
    fetch, at = service.fetcher.within(trust), service.now()
    try:
        # Verifying takes milliseconds, asking up to seconds.
        whole, parts, unread = await asyncio.to_thread(_verified, body, trust, fetch, at, recipient)
    except Unreadable as error:
        raise ProblemError(422, f"This is no credential that can be taken: {error}.") from error
    dropped = [name for each in parts for name in _outdated(each)]
    if (objection := whole.objection) is not None:
        if dropped:
            await keep(service.ledger, tenant, learner_id, {}, dropped)
        raise ProblemError(422, f"This credential is refused: {objection}.")
    bundle = service.tenants.bundle(tenant)
    badges = await service.aside(partial(_told, bundle, parts))
    kept = {
        badge.key: packed_badge(_counting(badge), badge.model_dump_json().encode())
        for badge in badges
        if badge.verdict is not Verdict.REFUSED
    }
    fresh = await keep(service.ledger, tenant, learner_id, kept, dropped)
    new = dict(zip(kept, fresh, strict=True))
    return BadgesOut(
        learner=learner_id,
        badges=[
            BadgeTaken(**dict(badge), new=new.get(badge.key, False), why=each.objection)
            for badge, each in zip(badges, parts, strict=True)
        ],
        record=_out(bundle, whole) if whole.document.is_record else None,
        associations=_associations(whole.document) if whole.document.is_record else [],
        unread=unread,
    )


def _verified(
    body: bytes, trust: Trust, fetch: Fetch, at: float, recipient: str | None
) -> tuple[Judged, list[Judged], list[UnreadOut]]:
    """What a body holds, the badges of it (itself, or a record's parts, unless the record is
    refused), and which parts are none. Raises ``Unreadable``.
    """
    judging = partial(_judged, trust=trust, fetch=fetch, at=at, recipient=recipient)
    whole = judging(read(body))
    if not whole.document.is_record:
        return whole, [whole], []
    if whole.objection is not None:
        return whole, [], []
    parts = listed(whole.document.subject.get("verifiableCredential"))
    if len(parts) > MOST_PARTS:
        raise Unreadable(f"verifiableCredential: expected at most {MOST_PARTS}")
    badges: list[Judged] = []
    unread: list[UnreadOut] = []
    for place, each in enumerate(parts):
        try:
            badges.append(judging(of(each, BADGES)))
        except Unreadable as error:
            unread.append(UnreadOut(place=place, why=str(error)[:300]))
    return whole, badges, unread


def _judged(
    document: Document, trust: Trust, fetch: Fetch, at: float, recipient: str | None
) -> Judged:
    certified = None if document.is_record else achieved(document)
    of_another = recipient is not None and not names(document.subject, recipient)
    return Judged(document, judge(document, trust, fetch, at), certified, of_another)


def _told(bundle: Bundle, parts: list[Judged]) -> list[BadgeOut]:
    return [_out(bundle, each) for each in parts]


def _out(bundle: Bundle, judged: Judged) -> BadgeOut:
    document, found = judged.document, judged.findings
    return BadgeOut(
        key=_key(document, proven=found.proven),
        id=document.id,
        form=document.form,
        verdict=judged.verdict,
        signature=SignatureOut(state=found.signed.state, why=found.signed.why),
        status=StatusOut(state=found.standing.state, why=found.standing.why),
        expiry=ExpiryOut(
            state=found.expiry,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
        ),
        issuer=IssuerOut(id=document.issuer, name=document.issuer_name, trusted=found.trusted),
        recipient=text(document.subject.get("id")),
        achievement=None if judged.achieved is None else matched(bundle, judged.achieved),
    )


def _key(document: Document, *, proven: bool) -> str:
    """By issuer and id, so that a credential sent again takes its own place; without an id by all
    that it says. What its issuer is not known to have signed has a place apart, or it could take
    the place of what they did.
    """
    name = document.id or orjson.dumps(document.claims, option=orjson.OPT_SORT_KEYS).decode()
    return hashlib.sha256(orjson.dumps([document.issuer, name, proven])).hexdigest()


def _outdated(judged: Judged) -> list[str]:
    """What is not to be kept any more: what was taken back, and a claim that is proven now."""
    found, document = judged.findings, judged.document
    if not found.proven:
        return []
    return [
        _key(document, proven=each) for each in ((False, True) if found.withdrawn else (False,))
    ]


def _counting(badge: BadgeOut) -> HeldBadge:
    skills: dict[str, float | None] = {}
    told = badge.achievement
    for each in () if told is None else told.skills:
        if each.skill is not None:
            before = skills.get(each.skill)
            skills[each.skill] = max(
                (level for level in (before, each.level) if level is not None), default=None
            )
    until = badge.expiry.valid_until
    return HeldBadge(
        verified=badge.verdict is Verdict.VERIFIED,
        until=None if until is None else until.timestamp(),
        credential=None if told is None else told.credential,
        skills=tuple(HeldSkill(name, level) for name, level in skills.items()),
    )


def _associations(document: Document) -> list[AssociationOut]:
    """As the record says them; nothing is followed. Raises ``Unreadable``."""
    found: list[Any] = listed(document.subject.get("association"))
    return [each for each in map(_association, found[:MOST_ASSOCIATIONS]) if each is not None]


def _association(value: object) -> AssociationOut | None:
    if not isinstance(value, dict):
        return None
    kind, source, target = (
        text(value.get(name)) for name in ("associationType", "sourceId", "targetId")
    )
    if kind is None or source is None or target is None:
        return None
    return AssociationOut(type=kind, source=source, target=target)
