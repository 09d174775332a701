"""Decisions and audit records in the store, through its scripts.

================================  ======  =====================================================
``cairn:{t}:decisions``           stream  request id and name of each decision, oldest first
``cairn:{t}:decision:REQUEST``    hash    name → decision as ``packed``; expires with the retention
``cairn:{t}:decided:MARK``        zset    entries of one learner by moment, to find and erase them
``cairn:{t}:forgotten``           hash    mark → until when decisions of this learner are erased
``cairn:{t}:audit``               stream  who did what to whose data, as JSON
================================  ======  =====================================================

A mark is ``held.tombstone``: no key and no value holds a learner's id.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from service.store import Store

DAY: Final = 86_400
PAGE: Final = 500
MOST_ALIKE: Final = 100
"""So many decisions are kept under one request id: whoever sends it more often is refused."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One decision as it is kept: its ``payload`` is ``packed``, ``mark`` the learner's or empty.

    ``request_id`` may be the caller's and come twice; ``name`` is the decision's own.
    """

    tenant: str
    request_id: str
    name: str
    at: float
    mark: str
    payload: bytes


def packed(head: Mapping[str, Any], rest: bytes) -> bytes:
    """A decision of a JSON object that is its own and of what may be others' too, ``deflated``."""
    return orjson.dumps(head) + b"\n" + rest


def deflated(rest: Mapping[str, Any]) -> bytes:
    """A JSON object in a quarter of its room, in a hundredth of the time that an answer takes."""
    return zlib.compress(orjson.dumps(rest), 1)


def rest_of(payload: bytes) -> bytes:
    """What was put behind the head."""
    return payload.partition(b"\n")[2]


def unpacked(payload: bytes) -> dict[str, Any]:
    """The decision that was ``packed``, or kept as one JSON object, as it was before."""
    head, _, rest = payload.partition(b"\n")
    decision: dict[str, Any] = orjson.loads(head)
    return decision | orjson.loads(zlib.decompress(rest)) if rest else decision


class DecisionStore:
    """The decisions and the audit log in ``store``; every failure is ``StoreUnavailable``."""

    def __init__(self, store: Store, decision_days: int, audit_days: int) -> None:
        self._store = store
        self._seconds = decision_days * DAY
        self._audit_seconds = audit_days * DAY
        self._keep = store.operation("decisions_keep")
        self._page = store.operation("decisions_page")
        self._of = store.operation("decisions_of")
        self._find = store.operation("decision")
        self._note = store.operation("audit_add")
        self._audit_page = store.operation("audit_page")

    @property
    def away(self) -> bool:
        """Whether the store failed and is not known to be back."""
        return self._store.away

    async def keep(self, tenant: str, decisions: Sequence[Kept], now: float) -> tuple[int, int]:
        """Add a tenant's decisions, each once however often it comes; returns how many are kept
        and how many were refused. What is older than the retention, or than the erasure of its
        learner, is let go.
        """
        args: list[Any] = [self._seconds, now, MOST_ALIKE]
        for each in decisions:
            left = math.ceil(self._seconds - (now - each.at))
            if left > 0:
                args += [each.request_id, each.name, each.at, each.mark, left, each.payload]
        names = [("decisions",), ("forgotten",), ("decision",), ("decided",)]
        kept, refused = await self._keep(tenant, names, args)
        return kept, refused

    async def find(self, tenant: str, request_id: str) -> list[dict[str, Any]]:
        """The decisions under a request id, oldest first."""
        found = await self._find(tenant, [("decision", request_id)], [])
        return sorted(map(unpacked, found), key=lambda each: float(each["at"]))

    async def of(self, tenant: str, mark: str) -> list[dict[str, Any]]:
        """All decisions about one learner, oldest first."""
        names = [("decided", mark), ("decisions",), ("decision",)]
        found: list[dict[str, Any]] = []
        first, count = 0, PAGE
        while count == PAGE:
            count, payloads = await self._of(tenant, names, [first, first + PAGE - 1])
            found += map(unpacked, payloads)
            first += count
        return found

    async def all(self, tenant: str) -> AsyncIterator[dict[str, Any]]:
        """Every decision of a tenant, oldest first."""
        names = [("decisions",), ("decision",)]
        after: Any = "0-0"
        while after is not None:
            after, payloads = await self._page(tenant, names, [after, PAGE])
            for payload in payloads:
                yield unpacked(payload)

    async def note(self, tenant: str, record: bytes) -> None:
        """Add a record, as JSON, to the tenant's audit log."""
        await self._note(tenant, [("audit",)], [self._audit_seconds, record])

    async def audited(self, tenant: str) -> AsyncIterator[dict[str, Any]]:
        """Every record of the tenant's audit log, oldest first."""
        after: Any = "0-0"
        while after is not None:
            after, payloads = await self._audit_page(tenant, [("audit",)], [after, PAGE])
            for payload in payloads:
                yield orjson.loads(payload)
