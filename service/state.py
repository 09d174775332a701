"""What a running process holds, and how routes get at it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated, TypedDict, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.decisions.audit import AuditLog
from service.decisions.log import DecisionLog
from service.experiments.assignment import Experiments
from service.ledger import Ledger
from service.problems import ProblemError
from service.repeats import Repeats
from service.telemetry.metrics import Metrics
from service.telemetry.seen import seen
from service.tenants.auth import Scope, StoredKey
from service.tenants.keys import Keys
from service.tenants.limits import Costly
from service.tenants.served import Tenants

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Service:
    """One process's parts; ``now`` is the clock, seconds since the epoch, UTC.

    ``reader`` is the one thread in which text is encoded: that takes up to a tenth of a
    second, without the interpreter, in which the event loop can answer others.
    """

    tenants: Tenants
    ledger: Ledger
    keys: Keys
    metrics: Metrics
    now: Callable[[], float]
    reader: Executor
    decisions: DecisionLog
    audit: AuditLog
    experiments: Experiments
    repeats: Repeats

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


_bearer = HTTPBearer(auto_error=False, description="An API key of the tenant.")


async def _service(request: Request) -> Service:
    service: Service = request.state.service
    return service


async def _request_id(request: Request) -> str:
    request_id: str = request.scope["request_id"]
    return request_id


ServiceDep = Annotated[Service, Depends(_service)]
RequestId = Annotated[str, Depends(_request_id)]
Presented = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _key(service: ServiceDep, presented: Presented) -> StoredKey:
    """The key that the caller presents, once in each request."""
    challenge = {"WWW-Authenticate": "Bearer"}
    if presented is None:
        raise ProblemError(401, "Send an API key: Authorization: Bearer KEY.", challenge)
    key = service.keys.find(presented.credentials, service.now())
    if key is None or not service.tenants.admits(key.tenant):
        raise ProblemError(401, "This API key is not known.", challenge)
    return key


Key = Annotated[StoredKey, Depends(_key)]


async def _key_id(key: Key) -> str:
    return key.id


def _allowed(scope: Scope, *, pays: bool = True) -> Callable[[ServiceDep, Key], Awaitable[str]]:
    """The tenant of a key with that scope. Without ``pays`` what the request costs is taken later,
    on the way to the store that it makes anyhow.
    """

    async def tenant(service: ServiceDep, key: Key) -> str:
        if scope not in key.scopes:
            raise ProblemError(403, f"This API key lacks the scope '{scope}'.")
        service.metrics.tenant_requests.labels(key.tenant).inc()
        seen().tenant = key.tenant
        if pays:
            await service.ledger.take(service.tenants.toll(key.tenant, Costly.ANSWERS))
        return key.tenant

    return tenant


# The tenant on whose behalf the caller acts, once the key and its scope are checked.
Recommending = Annotated[str, Depends(_allowed(Scope.RECOMMEND))]
Answering = Annotated[str, Depends(_allowed(Scope.RECOMMEND, pays=False))]
Recording = Annotated[str, Depends(_allowed(Scope.EVENTS, pays=False))]
Keeping = Annotated[str, Depends(_allowed(Scope.LEARNERS))]
Administering = Annotated[str, Depends(_allowed(Scope.ADMIN))]

# The id of the key they act with, for the audit log.
KeyId = Annotated[str, Depends(_key_id)]
