"""Every call of the API as data: what to send, and what the answer is. Nothing is sent here.

What each is for, the methods of ``Client`` that have their names say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from cairn_client import schema as s
from cairn_client.errors import UnexpectedAnswer

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """A request and the ``answer`` it gets; ``repeatable`` when sending it twice is as good as
    once.
    """

    method: str
    path: str
    answer: type[Answer]
    body: BaseModel | bytes | None = None
    query: Mapping[str, str | int] = field(default_factory=dict)
    repeatable: bool = True

    @property
    def kind(self) -> str:
        """The media type of the body."""
        return "application/octet-stream" if isinstance(self.body, bytes) else "application/json"

    def content(self) -> bytes | None:
        """The body: what the caller set and nothing else, so that the service's defaults hold."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return self.body.model_dump_json(by_alias=True, exclude_unset=True).encode()

    def read(self, response: httpx.Response) -> Answer:
        """The answer. Raises ``UnexpectedAnswer`` when it is of another shape."""
        if self.answer is str:
            return cast("Answer", response.text)
        try:
            return cast(
                "Answer", cast("type[BaseModel]", self.answer).model_validate_json(response.content)
            )
        except ValidationError as error:
            told = f"{self.method} {response.status_code}: not a {self.answer.__name__}"
            raise UnexpectedAnswer(told) from error


def _to(noun: str, name: str, rest: str = "") -> str:
    """A path to one thing, whatever its id holds."""
    if not name:
        raise ValueError(f"expected an id of one of {noun}, got an empty text")
    segment = quote(name, safe="")
    # A segment of dots alone would be taken for a step within the path.
    if not segment.strip("."):
        segment = segment.replace(".", "%2E")
    return f"/v1/{noun}/{segment}{rest}"


def _page(noun: str, answer: type[Answer], q: str, limit: int, offset: int) -> Call[Answer]:
    return Call("GET", f"/v1/{noun}", answer, query={"q": q, "limit": limit, "offset": offset})


def recommend(request: s.RecommendationRequest) -> Call[s.RecommendationResponse]:
    return Call("POST", "/v1/recommendations", s.RecommendationResponse, request)


def gap(
    learner: s.LearnerQuery, target_role: str | s.RoleText | None
) -> Call[s.RecommendationResponse]:
    asked = s.RecommendationRequest(
        learner=learner, target_role=target_role, limit=1, explain=False
    )
    return recommend(asked)


def path(request: s.PathRequest) -> Call[s.PathResponse]:
    return Call("POST", "/v1/paths", s.PathResponse, request)


def compare(request: s.CompareRequest) -> Call[s.CompareResponse]:
    return Call("POST", "/v1/paths/compare", s.CompareResponse, request)


def closest(request: s.ClosestRequest) -> Call[s.ClosestResponse]:
    return Call("POST", "/v1/roles/closest", s.ClosestResponse, request)


def match_skills(request: s.MatchRequest) -> Call[s.MatchResponse]:
    return Call("POST", "/v1/skills/match", s.MatchResponse, request)


def path_page(request: s.PathPageRequest) -> Call[str]:
    return Call("POST", "/v1/path-pages", str, request)


def share_path(request: s.ShareRequest) -> Call[s.ShareOut]:
    return Call("POST", "/v1/shared-paths", s.ShareOut, request, repeatable=False)


def widget_token(request: s.TokenIn) -> Call[s.TokenOut]:
    return Call("POST", "/v1/widget-tokens", s.TokenOut, request)


def record(events: Sequence[s.EventIn]) -> Call[s.EventsOut]:
    return Call("POST", "/v1/events", s.EventsOut, s.EventsIn(events=list(events)))


def learner(learner_id: str) -> Call[s.LearnerOut]:
    return Call("GET", _to("learners", learner_id), s.LearnerOut)


def put_learner(learner_id: str, profile: s.ProfileIn) -> Call[s.LearnerOut]:
    return Call("PUT", _to("learners", learner_id), s.LearnerOut, profile)


def import_credential(
    learner_id: str, document: str | bytes, recipient: str | None
) -> Call[s.BadgesOut]:
    body = document.encode() if isinstance(document, str) else document
    query = {} if recipient is None else {"recipient": recipient}
    return Call("POST", _to("learners", learner_id, "/credentials"), s.BadgesOut, body, query)


def export_learner(learner_id: str) -> Call[s.LearnerExport]:
    return Call("GET", _to("learners", learner_id, "/export"), s.LearnerExport)


def erase_learner(learner_id: str) -> Call[s.ErasedOut]:
    return Call("DELETE", _to("learners", learner_id), s.ErasedOut)


def known_learners(limit: int) -> Call[s.KnownLearners]:
    return Call("GET", "/v1/learners", s.KnownLearners, query={"limit": limit})


def roles(q: str, limit: int, offset: int) -> Call[s.RolePage]:
    return _page("roles", s.RolePage, q, limit, offset)


def role(role_id: str) -> Call[s.RoleCard]:
    return Call("GET", _to("roles", role_id), s.RoleCard)


def credentials(q: str, limit: int, offset: int) -> Call[s.CredentialPage]:
    return _page("credentials", s.CredentialPage, q, limit, offset)


def credential(credential_id: str) -> Call[s.CredentialOut]:
    return Call("GET", _to("credentials", credential_id), s.CredentialOut)


def model() -> Call[s.ModelOut]:
    return Call("GET", "/v1/model", s.ModelOut)


def decisions(request_id: str) -> Call[s.DecisionsOut]:
    return Call("GET", _to("decisions", request_id), s.DecisionsOut)


def ready() -> Call[s.ReadyOut]:
    return Call("GET", "/readyz", s.ReadyOut)
