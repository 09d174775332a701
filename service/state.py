"""What a running process holds, and how routes get at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated, TypedDict, TypeVar

from fastapi import Depends, Request

from models.records.people import People
from service.badges.fetching import Fetcher
from service.decisions.audit import AuditLog
from service.decisions.log import DecisionLog
from service.experiments.assignment import Experiments
from service.ledger import Ledger
from service.lti.parts import Lti
from service.repeats import Repeats
from service.telemetry.metrics import Metrics
from service.telemetry.seen import seen
from service.tenants.keys import Keys
from service.tenants.seal import Seal
from service.tenants.served import Tenants
from service.turns import Turns

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Service:
    """One process's parts; ``now`` is the clock, seconds since the epoch, UTC.

    ``reader`` is the one thread in which text is encoded: that takes up to a tenth of a
    second, without the interpreter, in which the event loop can answer others. ``public_url`` is
    the origin that the service is reached by, where it was told. ``people`` gives a tenant's
    learners their pseudonyms; ``turns`` are those of answers made on the event loop.
    """

    tenants: Tenants
    ledger: Ledger
    keys: Keys
    seal: Seal
    lti: Lti
    metrics: Metrics
    now: Callable[[], float]
    reader: Executor
    decisions: DecisionLog
    audit: AuditLog
    experiments: Experiments
    repeats: Repeats
    fetcher: Fetcher
    public_url: str | None
    people: Callable[[str], People]
    turns: Turns

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Do ``work`` in the reading thread."""
        request = seen()

        def begun() -> Answer:
            request.done("wait")
            return work()

        return await asyncio.get_running_loop().run_in_executor(self.reader, begun)


class LifespanState(TypedDict):
    """What the lifespan hands to every request's state."""

    service: Service


def service_of(request: Request) -> Service:
    """What answers the request; a dependency, or an object for the state, costs more to ask."""
    service: Service = request.scope["state"]["service"]
    return service


def request_id_of(request: Request) -> str:
    """The id that the request was given."""
    request_id: str = request.scope["request_id"]
    return request_id


async def _service(request: Request) -> Service:
    return service_of(request)


async def _request_id(request: Request) -> str:
    return request_id_of(request)


ServiceDep = Annotated[Service, Depends(_service)]
RequestId = Annotated[str, Depends(_request_id)]
