"""What the server of the pretended platform does for the demo page: only under ``cairn demo``.

Nobody signs in to the pretended platform, so whoever reaches these routes acts for the tenant
``demo``. A page from elsewhere cannot: it may neither read the answers nor, by a name of its own
that leads here, pass for this host.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Query, Request

from service import catalogue, learners, tokens
from service.access import Caller
from service.address import address
from service.badges import taking
from service.badges.demo import DemoIssuer
from service.decisions import records
from service.problems import ProblemError
from service.schemas.badges import BadgesOut
from service.schemas.decisions import DecisionsOut
from service.schemas.fields import Body, Id
from service.schemas.learners import EventOut, KnownLearners
from service.schemas.tokens import TokenIn, TokenOut
from service.state import ServiceDep

TENANT: Final = "demo"
LATEST: Final = 20


class SignedIn(Body):
    """Who has signed in."""

    learner: Id


class Earned(Body):
    """Who shall get a badge for which credential of the catalogue."""

    learner: Id
    credential: Id


def _here(request: Request) -> None:
    """Refuse a host by any name but ``localhost``: only such a name can be made to lead here."""
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    try:
        if name != "localhost":
            ip_address(name)
    except ValueError as error:
        raise ProblemError(403, "The demo answers to its address or as localhost.") from error


def router(key: str) -> APIRouter:
    """The routes, on behalf of the holder of the demo's API ``key``."""
    routes = APIRouter(prefix="/demo", include_in_schema=False, dependencies=[Depends(_here)])

    @routes.post("/token")
    async def token(body: SignedIn, service: ServiceDep, request: Request) -> TokenOut:
        """A token for the learner who has signed in."""
        own = service.keys.find(key, service.now())
        if own is None:
            raise ProblemError(401, "The demo's key lets nobody in.")
        asked = TokenIn(
            learner=body.learner,
            origin=address(service, request),
            scopes=("recommend", "events", "learners"),
        )
        return await tokens.issue(service, Caller(TENANT, own.id, own.scopes), asked)

    issuer = DemoIssuer(key)

    @routes.post("/badge")
    async def badge(body: Earned, service: ServiceDep) -> BadgesOut:
        """A badge of the invented issuer, whom the demo trusts, taken as any other."""
        bundle = service.tenants.bundle(TENANT)
        card = catalogue.credential(bundle, body.credential).model_dump()
        signed = issuer.certify(body.learner, card, service.now())
        trust = service.tenants.trust(TENANT).beside(issuer.id)
        return await taking.take(service, TENANT, body.learner, signed.encode(), trust)

    @routes.get("/learners")
    async def known(service: ServiceDep) -> KnownLearners:
        """Some learners to be."""
        return learners.known(service, TENANT, LATEST)

    @routes.get("/events")
    async def events(service: ServiceDep, learner: Annotated[Id, Query()]) -> list[EventOut]:
        """What is stored of a learner, the latest first."""
        return await learners.latest(service, TENANT, learner, LATEST)

    @routes.get("/decisions/{request_id}")
    async def decisions(
        service: ServiceDep, request_id: Annotated[str, Path(max_length=64)]
    ) -> DecisionsOut:
        """How an answer came about."""
        return await records.find(service, TENANT, TENANT, request_id)

    return routes
