"""``/v1/xapi``: the way in for whatever speaks xAPI, as IEEE 9274.1.1 has it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError

from models.records.xapi import Agent, Statement, Uuid
from service import records
from service.access import Inquiring, Sending
from service.problems import ProblemError, documented, faulty
from service.schemas.records import (
    AboutOut,
    AccountOut,
    PersonOut,
    RecordsOut,
    StatementIds,
    Statements,
)
from service.state import ServiceDep

VERSION: Final = "X-Experience-API-Version"
VERSIONS: Final = ("1.0.3", "2.0.0")
TOLD: Final = "Cairn-Records"


class Spoken(APIRoute):
    """Answers as the standard has it: a fault is a 400, and every answer says its version."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Around the framework's own."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            asked = request.headers.get(VERSION, VERSIONS[-1])
            spoken = VERSIONS[0] if asked.startswith("1.") else VERSIONS[-1]
            try:
                response = await handle(request)
            except (RequestValidationError, ProblemError) as error:
                problem = error if isinstance(error, ProblemError) else faulty(error.errors(), 400)
                problem.headers = {**(problem.headers or {}), VERSION: spoken}
                raise problem from error
            response.headers[VERSION] = spoken
            return response

        return handler


router = APIRouter(
    tags=["xapi"],
    route_class=Spoken,
    # Or the framework describes the status that it would have for a fault.
    responses=documented(400, 401, 403, 409, 413, 429, 503) | {"4XX": documented(400)[400]},
)
Version = Annotated[
    str, Header(alias=VERSION, pattern=r"^(1\.0|2\.0)(\.[0-9]{1,3})?$", max_length=7)
]


@router.post("/v1/xapi/statements")
async def store(
    body: Statements, version: Version, tenant: Sending, service: ServiceDep, response: Response
) -> StatementIds:
    """Take statements in; answers their ids. ``Cairn-Records`` tells what became of them."""
    ids = [each.id or str(uuid.uuid4()) for each in body]
    people = service.people(tenant)
    read = [each.read(people, name) for each, name in zip(body, ids, strict=True)]
    _tell(response, await records.take(service, tenant, read))
    return ids


@router.put("/v1/xapi/statements", status_code=204)
async def store_one(
    body: Statement,
    statement_id: Annotated[Uuid, Query(alias="statementId")],
    version: Version,
    tenant: Sending,
    service: ServiceDep,
    response: Response,
) -> None:
    """Take one statement in, under an id that the sender chose."""
    if body.id is not None and body.id.lower() != statement_id.lower():
        fault = {"loc": ("body", "id"), "type": "", "msg": "expected the same as statementId"}
        raise faulty([fault], 400)
    read = body.read(service.people(tenant), statement_id)
    _tell(response, await records.take(service, tenant, [read]))


@router.get("/v1/xapi/about")
async def about(tenant: Inquiring) -> AboutOut:
    """Which versions are spoken."""
    return AboutOut(version=list(VERSIONS), extensions={})


@router.get("/v1/xapi/agents")
async def person(
    agent: Annotated[str, Query(max_length=2_000, examples=['{"mbox": "mailto:lea@example.org"}'])],
    version: Version,
    tenant: Inquiring,
    service: ServiceDep,
) -> PersonOut:
    """Who an agent is here: the name of the one account is the learner's id."""
    try:
        found = Agent.model_validate_json(agent)
    except ValidationError as error:
        entries = [
            {"loc": ("query", "agent", *each["loc"]), "type": "agent", "msg": each["msg"]}
            for each in error.errors()
        ]
        raise faulty(entries, 400) from error
    learner = found.learner(service.people(tenant))
    return PersonOut(account=[] if learner is None else [AccountOut(name=learner)])


def _tell(response: Response, taken: RecordsOut) -> None:
    response.headers[TOLD] = ", ".join(f"{name}={n}" for name, n in taken.model_dump().items())
