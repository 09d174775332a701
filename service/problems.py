"""Errors as RFC 9457 problem documents: one shape for everything that goes wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from models.errors import StoreUnavailable
from service.tenants.limits import Limited

MEDIA_TYPE: Final = "application/problem+json"

TITLES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
"""RFC 9110's names where those of Python's library differ between its versions."""


class PayloadFault(BaseModel):
    """One thing wrong in a request. ``pointer`` is a JSON Pointer into ``source``."""

    source: str
    pointer: str
    reason: str


class ProblemDocument(BaseModel):
    """The body of every answer that is not a success."""

    model_config = ConfigDict(json_schema_extra={"description": "RFC 9457 problem document"})

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[PayloadFault] | None = None


class ProblemError(Exception):
    """Raised by routes and dependencies; becomes a problem document."""

    def __init__(
        self,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
        title: str | None = None,
        errors: list[PayloadFault] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers
        self.title = title
        self.errors = errors


def render(
    status: int,
    detail: str,
    request_id: str | None = None,
    errors: list[PayloadFault] | None = None,
    headers: Mapping[str, str] | None = None,
    title: str | None = None,
) -> Response:
    """The response for one problem; ``type`` is a stable name of its ``title``, and that the
    status's where the problem has none of its own.
    """
    title = title or TITLES.get(status) or HTTPStatus(status).phrase
    body = ProblemDocument(
        type=f"urn:cairn:problem:{title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail=detail,
        request_id=request_id,
        errors=errors,
    )
    content = body.model_dump_json(exclude_none=True)
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """OpenAPI entries for the problems a route can answer with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }


def described(api: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI description with the schema that ``documented`` refers to."""
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = api.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(schema.pop("$defs"), ProblemDocument=schema)
    return api


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error with a problem document."""
    for kind in (
        ProblemError,
        HTTPException,
        RequestValidationError,
        StoreUnavailable,
        Limited,
        Exception,
    ):
        app.add_exception_handler(kind, respond)


async def respond(request: Request, error: Exception) -> Response:
    """The problem document for ``error``; what is inside an unexpected one stays inside."""
    request_id = request.scope.get("request_id")
    match error:
        case ProblemError():
            return render(
                error.status, error.detail, request_id, error.errors, error.headers, error.title
            )
        case RequestValidationError():
            return await respond(request, faulty(error.errors()))
        case HTTPException(status_code=405):
            headers = {"Allow": ", ".join(sorted(_methods(request)))}
            return render(405, str(error.detail), request_id, headers=headers)
        case HTTPException():
            return render(error.status_code, str(error.detail), request_id, headers=error.headers)
        case StoreUnavailable():
            detail = "The store of learners and events cannot be reached; nothing was changed."
            return render(503, detail, request_id, headers={"Retry-After": "1"})
        case Limited():
            toll = error.toll
            limited = request.state.service.metrics.tenant_limited
            limited.labels(toll.tenant, toll.kind).inc()
            detail = f"This is more than {toll.rate.per_second:g} {toll.kind} a second."
            retry = {"Retry-After": str(error.retry_after)}
            return render(429, detail, request_id, headers=retry)
        case _:
            return render(500, "Something unexpected failed; it has been logged.", request_id)


def faulty(entries: Sequence[Any], status: int = 422) -> ProblemError:
    """The problem that faults are, as pydantic tells them: each ``loc`` begins with the source."""
    faults = [_fault(entry) for entry in entries]
    noun = "fault" if len(faults) == 1 else "faults"
    return ProblemError(status, f"The request has {len(faults)} {noun}.", errors=faults)


def _methods(request: Request) -> set[str]:
    """What may be done with the path: of all its routes, where the framework names the first's."""
    found = set[str]()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return found


def _fault(entry: Mapping[str, Any]) -> PayloadFault:
    source, *path = entry["loc"]
    if entry["type"] == "json_invalid":
        reason = f"not valid JSON at character {path[0]}: {entry['ctx']['error']}"
        return PayloadFault(source="body", pointer="", reason=reason)
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path]
    pointer = "".join(f"/{step}" for step in steps)
    return PayloadFault(source=str(source), pointer=pointer, reason=entry["msg"])
