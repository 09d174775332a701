"""The client that waits for its answers."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx

from cairn_client import calls, connection
from cairn_client import schema as s
from cairn_client.calls import Call
from cairn_client.retries import Pause, Retries, flow

Answer = TypeVar("Answer")


class Client:
    """Cairn's API at ``url``, with an API ``key`` (or a widget token), which no text ever shows.

    ``timeout`` is for each request, in seconds: to connect, to send, and between two parts of an
    answer. ``retries`` says how long a call is tried again where that is safe. ``verify`` is
    HTTPX's: a context with the certificates to trust. One client serves many threads. Close it,
    or use it in a ``with`` block.

    Methods raise ``CairnError``: a kind of ``Problem`` where the service refused, ``Unreachable``
    without an answer, and ``UnexpectedAnswer`` for one that is not Cairn's. Inside of a request
    they are typed, so pydantic's ``ValidationError`` is raised where it is built.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: Retries = Retries(),  # noqa: B008 - it is frozen
        verify: ssl.SSLContext | bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http = httpx.Client(**connection.options(url, key, timeout), verify=verify)
        self._retries = retries
        self._clock, self._sleep, self._chance = clock, sleep, chance

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._http.base_url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _answer(self, call: Call[Answer]) -> Answer:
        steps = flow(call, self._retries, self._clock, self._chance)
        outcome: httpx.Response | httpx.TransportError | None = None
        try:
            while True:
                match steps.send(outcome):
                    case Pause(seconds):
                        self._sleep(seconds)
                        outcome = None
                    case _:
                        outcome = self._sent(call)
        except StopIteration as done:
            answer: Answer = done.value
            return answer

    def _sent(self, call: Call[Answer]) -> httpx.Response | httpx.TransportError:
        try:
            return self._http.send(connection.request(self._http, call))
        except httpx.DecodingError as error:
            raise connection.garbled(error) from error
        except httpx.TransportError as error:
            return error

    def recommend(self, request: s.RecommendationRequest) -> s.RecommendationResponse:
        """What a learner should earn next, and why."""
        return self._answer(calls.recommend(request))

    def gap(
        self, learner: s.LearnerQuery, target_role: str | s.RoleText | None = None
    ) -> s.GapOut | None:
        """What separates a learner from a role (or from their profile's), skill by skill; ``None``
        where there is no such role.
        """
        return self._answer(calls.gap(learner, target_role)).gap

    def path(self, request: s.PathRequest) -> s.PathResponse:
        """What to take towards a role, in which order; ``feasible`` tells if there is a way."""
        return self._answer(calls.path(request))

    def compare(self, request: s.CompareRequest) -> s.CompareResponse:
        """Two or three roles side by side."""
        return self._answer(calls.compare(request))

    def closest(self, request: s.ClosestRequest) -> s.ClosestResponse:
        """The roles that take least from here."""
        return self._answer(calls.closest(request))

    def match_skills(self, request: s.MatchRequest) -> s.MatchResponse:
        """The skills that a text speaks of, each with its place there."""
        return self._answer(calls.match_skills(request))

    def path_page(self, request: s.PathPageRequest) -> str:
        """Gap, next credentials and path as HTML, for mail."""
        return self._answer(calls.path_page(request))

    def share_path(self, request: s.ShareRequest) -> s.ShareOut:
        """The address of a page with a path. Each call makes a page, so it is not repeated where
        the first might have made one.
        """
        return self._answer(calls.share_path(request))

    def widget_token(self, request: s.TokenIn) -> s.TokenOut:
        """A short-lived token for a learner's browser."""
        return self._answer(calls.widget_token(request))

    def record(self, events: Sequence[s.EventIn]) -> s.EventsOut:
        """Record up to 1,000 events, all or none; ``EventSender`` takes any number. What is sent
        again counts once, by ``event_id``.
        """
        return self._answer(calls.record(events))

    def learner(self, learner_id: str) -> s.LearnerOut:
        """A learner's profile, and how much is known of them."""
        return self._answer(calls.learner(learner_id))

    def put_learner(self, learner_id: str, profile: s.ProfileIn) -> s.LearnerOut:
        """Replace a learner's profile."""
        return self._answer(calls.put_learner(learner_id, profile))

    def import_credential(
        self, learner_id: str, document: str | bytes, recipient: str | None = None
    ) -> s.BadgesOut:
        """Have an Open Badge 3.0 or a CLR 2.0 verified and count for a learner: a compact JWT,
        JSON, or the bytes of an image. With a ``recipient``, only what was given to them is taken.
        """
        return self._answer(calls.import_credential(learner_id, document, recipient))

    def export_learner(self, learner_id: str) -> s.LearnerExport:
        """Everything held about a learner."""
        return self._answer(calls.export_learner(learner_id))

    def erase_learner(self, learner_id: str) -> s.ErasedOut:
        """Erase a learner; ``erased_events`` is ``None`` while that waits for the store."""
        return self._answer(calls.erase_learner(learner_id))

    def known_learners(self, limit: int = 20) -> s.KnownLearners:
        """Some learners that the model was trained on."""
        return self._answer(calls.known_learners(limit))

    def roles(self, q: str = "", limit: int = 20, offset: int = 0) -> s.RolePage:
        """Roles by meaning and by word; an empty ``q`` lists all."""
        return self._answer(calls.roles(q, limit, offset))

    def role(self, role_id: str) -> s.RoleCard:
        """One role with the skills it requires."""
        return self._answer(calls.role(role_id))

    def credentials(self, q: str = "", limit: int = 20, offset: int = 0) -> s.CredentialPage:
        """Credentials by meaning and by word; an empty ``q`` lists all."""
        return self._answer(calls.credentials(q, limit, offset))

    def credential(self, credential_id: str) -> s.CredentialOut:
        """One credential with the skills it teaches."""
        return self._answer(calls.credential(credential_id))

    def model(self) -> s.ModelOut:
        """What the service answers from."""
        return self._answer(calls.model())

    def decisions(self, request_id: str) -> s.DecisionsOut:
        """How the answers with this ``request_id`` came about."""
        return self._answer(calls.decisions(request_id))

    def ready(self) -> s.ReadyOut:
        """Whether the service can answer, and what it does without."""
        return self._answer(calls.ready())
