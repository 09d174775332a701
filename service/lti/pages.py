"""The pages that platforms frame: the widget, a choice of role, and the way back with it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from service import catalogue, rendering
from service.language import Language, chosen
from service.lti import sessions
from service.lti.launches import DeepLink, Launch, Refused, Why
from service.lti.platforms import Platform
from service.lti.sessions import Session
from service.state import Service
from service.telemetry.seen import seen

FOUND: Final = 20
"""So many roles are offered at once."""


def headers(origins: Iterable[str], form: str = "'self'") -> dict[str, str]:
    """For a page that those of ``origins`` may frame, and whose form goes to ``form``."""
    framing = " ".join(origins) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' data:; base-uri 'none'; form-action {form}; "
        f"frame-ancestors {framing}"
    )
    return {"Content-Security-Policy": policy}


async def opened(service: Service, launch: Launch, address: str) -> HTMLResponse:
    """The first page: who makes a course chooses a role where none was chosen; everybody else gets
    the widget.
    """
    session = Session(
        launch.platform, launch.deployment, launch.learner, launch.locale, launch.deep
    )
    sealed = await sessions.begun(service, launch)
    if launch.deep is not None or (launch.author and launch.role is None):
        return await choice(service, session, sealed, "")
    return await widget(service, session, sealed, launch.role, address)


async def widget(
    service: Service, session: Session, sealed: str, role: str | None, address: str
) -> HTMLResponse:
    """The learner's path."""
    allowed(service, session.platform)
    return rendering.page(
        "lti_widget",
        chosen(None, session.locale),
        headers=headers(session.platform.page_origins),
        address=address,
        token=await sessions.token(service, session.platform, session.learner, address),
        learner=session.learner,
        role=role,
        session=sealed,
    )


async def choice(service: Service, session: Session, sealed: str, words: str) -> HTMLResponse:
    """Roles to choose from, found by ``words``."""
    allowed(service, session.platform)
    bundle = service.tenants.bundle(session.platform.tenant)
    found = await service.aside(partial(catalogue.roles, bundle, words[:2_000], FOUND, 0))
    return rendering.page(
        "lti_choice",
        chosen(None, session.locale),
        headers=headers(session.platform.page_origins),
        session=sealed,
        words=words,
        roles=found.items,
        linking=session.deep is not None,
    )


async def taken_back(
    service: Service, session: Session, deep: DeepLink, role: str, address: str
) -> HTMLResponse:
    """A form that takes the platform what was chosen."""
    allowed(service, session.platform)
    title = catalogue.role(service.tenants.bundle(session.platform.tenant), role).title
    language = chosen(None, session.locale)
    told = language.say("path_to", role=title)
    parts = urlsplit(deep.url)
    return rendering.page(
        "lti_return",
        language,
        headers=headers(session.platform.page_origins, f"{parts.scheme}://{parts.netloc}"),
        url=deep.url,
        answer=await sessions.answer(service, session, deep, told, role, address),
        title=told,
    )


def message(service: Service, language: Language, status: int, why: Why | None) -> HTMLResponse:
    """Why there is no such page: for who sees it, and for who can mend it. Any platform may frame
    it, since it may not be known which one it was.
    """
    return rendering.page(
        "lti_message",
        language,
        status,
        headers=headers(service.lti.platforms.page_origins),
        why=why,
    )


def allowed(service: Service, platform: Platform) -> None:
    """Refuse a platform whose tenant is none here: it needs a key, and a table where tenants have
    one.
    """
    seen().tenant = platform.tenant
    if platform.tenant not in service.keys.tenants or not service.tenants.admits(platform.tenant):
        raise Refused(Why.PLATFORM, platform)
