"""Every route under ``/v1``: the scope it asks for, and a request that it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.tenants.auth import Scope


@dataclass(frozen=True, slots=True)
class Route:
    """``template`` as OpenAPI has it, ``path`` with ids filled in; it costs as many ``answers``, or
    ``events`` where there are any.
    """

    method: str
    template: str
    scope: Scope
    path: str
    body: Any = None
    answers: int = 1
    events: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


EVENTS = [{"event_id": f"e{i}", "learner_id": "lea", "credential_id": "c1"} for i in range(3)]
LEA = {"learner": {"id": "lea"}}
BADGE: dict[str, Any] = {
    "type": ["VerifiableCredential", "AchievementCredential"],
    "id": "urn:uuid:1",
    "issuer": "https://example.edu",
    "credentialSubject": {"id": "did:example:lea", "achievement": {"name": "Topic 1"}},
}
LEARNER, LEARNERS = "/v1/learners/{learner_id}", Scope.LEARNERS
ASK = Scope.RECOMMEND
XAPI = {"X-Experience-API-Version": "1.0.3"}
STATEMENT_ID = "0b2c6a4e-5d0f-4b5c-9b0c-000000000001"
STATEMENT = {
    "id": STATEMENT_ID,
    "actor": {"account": {"homePage": "https://lms.example", "name": "lea"}},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "https://example.org/1"},
}
ENVELOPE = {
    "sensor": "https://lms.example/sensor",
    "sendTime": "2026-05-01T09:30:00.000Z",
    "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
    "data": [
        {
            "id": f"urn:uuid:{STATEMENT_ID}",
            "type": "AssignableEvent",
            "actor": {"id": "https://lms.example/users/lea", "type": "Person"},
            "action": "Completed",
            "object": "https://example.org/1",
            "eventTime": "2026-05-01T09:30:00.000Z",
        }
    ],
}

ROUTES = [
    Route("POST", "/v1/recommendations", ASK, "/v1/recommendations", LEA),
    Route("POST", "/v1/paths", ASK, "/v1/paths", {**LEA, "target_role": "odd"}),
    Route(
        "POST",
        "/v1/paths/compare",
        ASK,
        "/v1/paths/compare",
        {"target_roles": ["odd", "even/role"]},
    ),
    Route("POST", "/v1/roles/closest", ASK, "/v1/roles/closest", {}),
    Route("POST", "/v1/skills/match", ASK, "/v1/skills/match", {"text": "Topic 1"}),
    Route("GET", "/v1/credentials", ASK, "/v1/credentials"),
    Route("GET", "/v1/credentials/{credential_id}", ASK, "/v1/credentials/c1"),
    Route("GET", "/v1/roles", ASK, "/v1/roles?q=odd"),
    Route("GET", "/v1/roles/{role_id}", ASK, "/v1/roles/odd"),
    Route("GET", "/v1/model", ASK, "/v1/model"),
    Route("POST", "/v1/shared-paths", ASK, "/v1/shared-paths", {**LEA, "target_role": "odd"}),
    Route("POST", "/v1/path-pages", ASK, "/v1/path-pages", {**LEA, "target_role": "odd"}, 2),
    Route(
        "POST",
        "/v1/widget-tokens",
        ASK,
        "/v1/widget-tokens",
        {"learner": "lea", "origin": "https://platform.example", "scopes": ["recommend"]},
    ),
    Route("POST", "/v1/events", Scope.EVENTS, "/v1/events", {"events": EVENTS}, events=3),
    Route(
        "POST",
        "/v1/xapi/statements",
        Scope.EVENTS,
        "/v1/xapi/statements",
        STATEMENT,
        events=1,
        headers=XAPI,
    ),
    Route(
        "PUT",
        "/v1/xapi/statements",
        Scope.EVENTS,
        f"/v1/xapi/statements?statementId={STATEMENT_ID}",
        STATEMENT,
        events=1,
        headers=XAPI,
    ),
    Route("GET", "/v1/xapi/about", Scope.EVENTS, "/v1/xapi/about"),
    Route(
        "GET",
        "/v1/xapi/agents",
        Scope.EVENTS,
        '/v1/xapi/agents?agent={"mbox":"mailto:lea@example.org"}',
        headers=XAPI,
    ),
    Route("POST", "/v1/caliper", Scope.EVENTS, "/v1/caliper", ENVELOPE, events=1),
    Route("GET", "/v1/decisions/{request_id}", Scope.ADMIN, "/v1/decisions/none"),
    Route("GET", "/v1/learners", Scope.ADMIN, "/v1/learners"),
    Route("PUT", LEARNER, LEARNERS, "/v1/learners/lea", {}),
    Route("GET", LEARNER, LEARNERS, "/v1/learners/lea"),
    Route("POST", f"{LEARNER}/credentials", LEARNERS, "/v1/learners/lea/credentials", BADGE),
    Route("GET", f"{LEARNER}/export", LEARNERS, "/v1/learners/lea/export"),
    Route("DELETE", LEARNER, LEARNERS, "/v1/learners/lea"),
]


def described(api: dict[str, Any]) -> set[tuple[str, str]]:
    """Method and template of every route that an OpenAPI description has under ``/v1``."""
    return {
        (method.upper(), path.replace(":path}", "}"))
        for path, methods in api["paths"].items()
        for method in methods
        if path.startswith("/v1/")
    }
