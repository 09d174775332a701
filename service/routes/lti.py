"""``/lti``: opened from learning platforms, by the browsers of those who sign in there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse

from models.errors import StoreUnavailable
from service import signing
from service.address import address
from service.language import chosen
from service.lti import pages, sessions
from service.lti.launches import Refused, Why
from service.lti.tool import configuration
from service.problems import ProblemError
from service.routes.pages import STATIC
from service.state import ServiceDep

logger = logging.getLogger(__name__)

FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 50


class Page(APIRoute):
    """A route whose refusals are pages too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, with a page in place of what it raises."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await answer(request)
            except Refused as error:
                name = "an unknown platform" if error.platform is None else error.platform.id
                logger.warning("somebody from %s was not let in: %s", name, error.why)
                status, why = 400 if error.why is Why.REQUEST else 403, error.why
            except StoreUnavailable:
                status, why = 503, None
            language = chosen(None, request.headers.get("accept-language", ""))
            return pages.message(request.state.service, language, status, why)

        return handler


router = APIRouter(prefix="/lti", include_in_schema=False, route_class=Page)


async def _sent(request: Request) -> dict[str, str]:
    """The fields of a form, or of the address."""
    if request.method == "GET":
        return dict(request.query_params)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused(Why.REQUEST)
    try:
        text = (await request.body()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise Refused(Why.REQUEST) from error


Sent = Annotated[dict[str, str], Depends(_sent)]


@router.api_route("/login", methods=["GET", "POST"])
async def login(sent: Sent, request: Request, service: ServiceDep) -> RedirectResponse:
    """A platform says that somebody comes: send them there to sign in."""
    there = await service.lti.launches.begin(sent, address(service, request), service.now())
    return RedirectResponse(there, 303, {"Cache-Control": "no-store"})


@router.post("/launch")
async def launch(sent: Sent, request: Request, service: ServiceDep) -> HTMLResponse:
    """Somebody comes, and the platform says who."""
    admitted = await service.lti.launches.admit(sent, service.now())
    return await pages.opened(service, admitted, address(service, request))


@router.post("/choice")
async def choice(sent: Sent, request: Request, service: ServiceDep) -> HTMLResponse:
    """Roles are looked for, or one was chosen."""
    sealed, role = sent.get("session", ""), sent.get("role", "")
    session, here = await sessions.resumed(service, sealed), address(service, request)
    if "use" not in sent or not role:
        return await pages.choice(service, session, sealed, sent.get("q", ""))
    if session.deep is None:
        return await pages.widget(service, session, sealed, role, here)
    return await pages.taken_back(service, session, session.deep, role, here)


@router.post("/token")
async def token(sent: Sent, request: Request, service: ServiceDep) -> JSONResponse:
    """A fresh token for the widget on a page of this service."""
    here = address(service, request)
    if request.headers.get("origin") != here:
        raise ProblemError(403, "This is for pages of this service alone.", title="Wrong Origin")
    session = await sessions.resumed(service, sent.get("session", ""))
    pages.allowed(service, session.platform)
    fresh = await sessions.token(service, session.platform, session.learner, here)
    return JSONResponse({"token": fresh}, headers={"Cache-Control": "no-store"})


@router.get("/jwks.json")
async def keys(service: ServiceDep) -> dict[str, Any]:
    """What platforms check answers with."""
    return signing.public_half(await service.lti.tool.get())


@router.get("/config.json")
async def config(request: Request, service: ServiceDep) -> dict[str, Any]:
    """What an administrator of a platform enters there."""
    return configuration(address(service, request))


@router.get("/renew.js")
async def renew() -> FileResponse:
    """Keeps the widget in tokens."""
    return FileResponse(STATIC / "renew.js", headers={"Cache-Control": "no-cache"})
