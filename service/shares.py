"""Paths shown to whoever has the link, for a while.

===========================  ======  =========================================================
``cairn:{t}:shared:ID``      string  a ``SharedPath`` as JSON; expires
``cairn:{t}:shared-by:MARK``  zset    ids of one learner's by moment, to erase them; expires
===========================  ======  =========================================================

A mark is ``held.tombstone``: neither these keys nor their values name a learner.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Final

from models.bundle import Bundle
from service import answers
from service.held import tombstone
from service.problems import ProblemError
from service.schemas.paths import PathResponse, StepOut
from service.schemas.shared import SharedPath, SharedStep, ShareOut, ShareRequest
from service.state import Service

MOST: Final = 50
"""So many paths of one learner are shown at once: when there are more, the oldest go."""

NAME: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,62})\.([A-Za-z0-9_-]{32})")
"""A tenant and an id; who does not know the id finds nothing."""


async def share(
    service: Service, tenant: str, asked: ShareRequest, request_id: str, address: str
) -> ShareOut:
    """Plan, and keep what may be shown of it. Raises ``StoreUnavailable``."""
    at = service.now()
    planned = await answers.plan(service, tenant, asked, request_id)
    until = datetime.fromtimestamp(int(at) + asked.seconds, UTC)
    kept = shown(service.tenants.bundle(tenant), planned, until)
    mark = "" if asked.learner.id is None else tombstone(tenant, asked.learner.id)
    name = secrets.token_urlsafe(24)
    names = [("shared", name), ("shared-by", mark), ("forgotten",), ("shared",)]
    args = [name, kept.model_dump_json(), asked.seconds, at, mark, MOST]
    if not await service.ledger.store.operation("share")(tenant, names, args):
        raise ProblemError(409, "This learner was erased meanwhile.")
    return ShareOut(url=f"{address}/shared/{tenant}.{name}", expires_at=until)


async def find(service: Service, name: str) -> SharedPath | None:
    """The path of that name, while it is shared. Raises ``StoreUnavailable``."""
    parts = NAME.fullmatch(name)
    if parts is None or not service.tenants.admits(parts[1]):
        return None
    payload = await service.ledger.store.operation("share_of")(parts[1], [("shared", parts[2])], [])
    if payload is None:
        return None
    kept = SharedPath.model_validate_json(payload)
    return kept if service.now() < kept.expires_at.timestamp() else None


def shown(bundle: Bundle, planned: PathResponse, until: datetime) -> SharedPath:
    """What others may see of a path: picked one by one, so that nothing else gets there."""
    role = planned.role
    return SharedPath(
        role=None if role is None or role.id is None else role.title,
        steps=[_step(bundle, step) for step in planned.steps],
        totals=planned.totals,
        expires_at=until,
    )


def _step(bundle: Bundle, step: StepOut) -> SharedStep:
    row = bundle.credentials.row(step.credential)
    card = {} if row is None else bundle.credentials.card(row)
    return SharedStep(
        title=step.title,
        issuer=card.get("issuer"),
        url=card.get("url"),
        hours=step.hours,
        cost=step.cost,
        starts=step.starts,
        ends=step.ends,
        skills=[closing.label for closing in step.closes],
        counts_towards=[each.title for each in step.stack_progress],
    )
