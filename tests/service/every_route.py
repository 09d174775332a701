"""Every route under ``/v1``: the scope it asks for, and a request that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.tenants.auth import Scope


@dataclass(frozen=True, slots=True)
class Route:
    """``template`` as OpenAPI has it, ``path`` with ids filled in; it costs as many ``answers``."""

    method: str
    template: str
    scope: Scope
    path: str
    body: Any = None
    answers: int = 1

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
    Route("POST", "/v1/events", Scope.EVENTS, "/v1/events", {"events": EVENTS}),
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
