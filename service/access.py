"""Who asks, and for whom: API keys, which speak for all learners of their tenant, and widget
tokens, which speak for one learner on one site.

Routes get a tenant's name only through what is here: where a learner is asked about, only by
saying which.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.address import address
from service.cors import allow
from service.lti.platforms import Platform
from service.problems import ProblemError
from service.schemas.learners import LearnerQuery
from service.state import Service, service_of
from service.telemetry.seen import seen
from service.tenants.auth import PREFIX, Scope, StoredKey
from service.tenants.limits import Costly
from service.tenants.tokens import Grant, read

CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
OVER: Final = {"WWW-Authenticate": 'Bearer error="invalid_token", error_description="expired"'}


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in. ``key`` is the id of the API key they act with, ``learner`` the
    only one whom they may ask about; ``None`` for all of the tenant.
    """

    _tenant: str
    key: str
    scopes: frozenset[Scope]
    learner: str | None = None

    @property
    def bound(self) -> bool:
        """Whether they act with a widget token."""
        return self.learner is not None

    def about(self, *learners: str | None) -> str:
        """The tenant, for a request about these learners. Raises a 403 problem, the same whether
        or not there is such a learner.
        """
        if self.bound and any(each != self.learner for each in learners):
            raise ProblemError(403, "This widget token is for another learner.")
        return self._tenant

    def asking(self, query: LearnerQuery) -> str:
        """The tenant, for a question about this learner, of whom a widget vouches for nothing."""
        if self.bound and query.verified:
            raise ProblemError(403, "A widget token cannot say what is verified.")
        return self.about(query.id)


_bearer = HTTPBearer(auto_error=False, description="An API key of the tenant, or a widget token.")


Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def _presented(
    request: Request, bearer: HTTPAuthorizationCredentials | None
) -> HTTPAuthorizationCredentials | None:
    """A key may also be the password of HTTP's basic scheme: senders of xAPI know no other."""
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return bearer
    try:
        _, colon, password = b64decode(told.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return HTTPAuthorizationCredentials(scheme=scheme, credentials=password) if colon else None


async def _caller(request: Request, bearer: Bearer) -> Caller:
    """Whoever presents a key or a token, once in each request."""
    service, presented = service_of(request), _presented(request, bearer)
    if presented is None:
        raise ProblemError(401, "Send an API key: Authorization: Bearer KEY.", CHALLENGE)
    if presented.credentials.startswith(PREFIX):
        key = service.keys.find(presented.credentials, service.now())
        if key is None or not service.tenants.admits(key.tenant):
            raise ProblemError(401, "This API key is not known.", CHALLENGE)
        return Caller(key.tenant, key.id, key.scopes)
    grant = await read(service.seal, presented.credentials)
    if grant is None:
        raise ProblemError(401, "This is neither an API key nor a token that is known.", CHALLENGE)
    if _origin(service, request) != grant.origin:
        raise ProblemError(403, "This token is for another origin.", title="Wrong Origin")
    allow(request.scope, grant.origin)
    issuer = _issuer(service, grant)
    return Caller(
        grant.tenant, f"{grant.issuer}:token", grant.scopes & issuer.scopes, grant.learner
    )


def _origin(service: Service, request: Request) -> str | None:
    """The page that asks. Browsers leave it out where a page asks its own server for something,
    but say that it does.
    """
    headers = request.headers
    if "origin" not in headers and headers.get("sec-fetch-site") == "same-origin":
        return address(service, request)
    return headers.get("origin")


def _issuer(service: Service, grant: Grant) -> StoredKey | Platform:
    """The key or the platform behind a token, while both let anybody in."""
    now = service.now()
    if now >= grant.expires_at:
        raise ProblemError(401, "This widget token has expired.", OVER, "Token Expired")
    issuer = service.keys.named(grant.issuer, now) or service.lti.platforms.named(grant.issuer)
    if issuer is None or issuer.tenant != grant.tenant or not service.tenants.admits(grant.tenant):
        raise ProblemError(401, "Who issued this widget token is not known.", CHALLENGE)
    return issuer


Known = Annotated[Caller, Depends(_caller)]


def _allowed(
    scope: Scope, *, pays: bool = True, tokens: bool = True
) -> Callable[[Request, Known], Awaitable[Caller]]:
    """Whoever has that scope. Without ``pays`` what the request costs is taken later, on the way to
    the store that it makes anyhow; without ``tokens`` only keys are let in.
    """

    async def caller(request: Request, known: Known) -> Caller:
        service = service_of(request)
        if known.bound and not tokens:
            raise ProblemError(403, "A widget token does not allow this.")
        if scope not in known.scopes:
            held = "widget token" if known.bound else "API key"
            raise ProblemError(403, f"This {held} lacks the scope '{scope}'.")
        service.metrics.tenant_requests.labels(known._tenant).inc()
        seen().tenant = known._tenant
        if pays:
            await service.ledger.take(service.tenants.toll(known._tenant, Costly.ANSWERS))
        return known

    return caller


# Whoever may ask for answers about a learner, send events, and read what is held of a learner.
_answering = _allowed(Scope.RECOMMEND, pays=False)
Answering = Annotated[Caller, Depends(_answering)]
Recording = Annotated[Caller, Depends(_allowed(Scope.EVENTS, pays=False))]
Reading = Annotated[Caller, Depends(_allowed(Scope.LEARNERS))]
Issuing = Annotated[Caller, Depends(_allowed(Scope.RECOMMEND, tokens=False))]


async def answering(request: Request) -> Caller:
    """The same as ``Answering`` says of a request, where the framework is not asked."""
    return await _answering(request, await _caller(request, await _bearer(request)))


def _tenant(
    scope: Scope, *, tokens: bool, pays: bool = True
) -> Callable[[Request, Known], Awaitable[str]]:
    allowed = _allowed(scope, tokens=tokens, pays=pays)

    async def tenant(request: Request, known: Known) -> str:
        return (await allowed(request, known))._tenant

    return tenant


# The tenant, where no learner is asked about, or where only keys are let in.
Browsing = Annotated[str, Depends(_tenant(Scope.RECOMMEND, tokens=True))]
Inquiring = Annotated[str, Depends(_tenant(Scope.EVENTS, tokens=False))]
Sending = Annotated[str, Depends(_tenant(Scope.EVENTS, tokens=False, pays=False))]
Keeping = Annotated[str, Depends(_tenant(Scope.LEARNERS, tokens=False))]
Administering = Annotated[str, Depends(_tenant(Scope.ADMIN, tokens=False))]


async def _key_id(known: Known) -> str:
    return known.key


# The id of the key they act with, for the audit log.
KeyId = Annotated[str, Depends(_key_id)]
