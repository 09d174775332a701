"""The client for programs that wait for many things at once."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx

from cairn_client import calls, connection
from cairn_client import schema as s
from cairn_client.calls import Call
from cairn_client.retries import Pause, Retries, flow

Answer = TypeVar("Answer")


class AsyncClient:
    """``Client`` for asyncio: the same methods, which are awaited, and ``async with``."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: Retries = Retries(),  # noqa: B008 - it is frozen
        verify: ssl.SSLContext | bool = True,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http = httpx.AsyncClient(**connection.options(url, key, timeout), verify=verify)
        self._retries = retries
        self._clock, self._sleep, self._chance = clock, sleep, chance

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._http.base_url)!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def _answer(self, call: Call[Answer]) -> Answer:
        steps = flow(call, self._retries, self._clock, self._chance)
        outcome: httpx.Response | httpx.TransportError | None = None
        try:
            while True:
                match steps.send(outcome):
                    case Pause(seconds):
                        await self._sleep(seconds)
                        outcome = None
                    case _:
                        outcome = await self._sent(call)
        except StopIteration as done:
            answer: Answer = done.value
            return answer

    async def _sent(self, call: Call[Answer]) -> httpx.Response | httpx.TransportError:
        try:
            return await self._http.send(connection.request(self._http, call))
        except httpx.DecodingError as error:
            raise connection.garbled(error) from error
        except httpx.TransportError as error:
            return error

    async def recommend(self, request: s.RecommendationRequest) -> s.RecommendationResponse:
        return await self._answer(calls.recommend(request))

    async def gap(
        self, learner: s.LearnerQuery, target_role: str | s.RoleText | None = None
    ) -> s.GapOut | None:
        return (await self._answer(calls.gap(learner, target_role))).gap

    async def path(self, request: s.PathRequest) -> s.PathResponse:
        return await self._answer(calls.path(request))

    async def compare(self, request: s.CompareRequest) -> s.CompareResponse:
        return await self._answer(calls.compare(request))

    async def closest(self, request: s.ClosestRequest) -> s.ClosestResponse:
        return await self._answer(calls.closest(request))

    async def match_skills(self, request: s.MatchRequest) -> s.MatchResponse:
        return await self._answer(calls.match_skills(request))

    async def path_page(self, request: s.PathPageRequest) -> str:
        return await self._answer(calls.path_page(request))

    async def share_path(self, request: s.ShareRequest) -> s.ShareOut:
        return await self._answer(calls.share_path(request))

    async def widget_token(self, request: s.TokenIn) -> s.TokenOut:
        return await self._answer(calls.widget_token(request))

    async def record(self, events: Sequence[s.EventIn]) -> s.EventsOut:
        return await self._answer(calls.record(events))

    async def learner(self, learner_id: str) -> s.LearnerOut:
        return await self._answer(calls.learner(learner_id))

    async def put_learner(self, learner_id: str, profile: s.ProfileIn) -> s.LearnerOut:
        return await self._answer(calls.put_learner(learner_id, profile))

    async def import_credential(
        self, learner_id: str, document: str | bytes, recipient: str | None = None
    ) -> s.BadgesOut:
        return await self._answer(calls.import_credential(learner_id, document, recipient))

    async def export_learner(self, learner_id: str) -> s.LearnerExport:
        return await self._answer(calls.export_learner(learner_id))

    async def erase_learner(self, learner_id: str) -> s.ErasedOut:
        return await self._answer(calls.erase_learner(learner_id))

    async def known_learners(self, limit: int = 20) -> s.KnownLearners:
        return await self._answer(calls.known_learners(limit))

    async def roles(self, q: str = "", limit: int = 20, offset: int = 0) -> s.RolePage:
        return await self._answer(calls.roles(q, limit, offset))

    async def role(self, role_id: str) -> s.RoleCard:
        return await self._answer(calls.role(role_id))

    async def credentials(self, q: str = "", limit: int = 20, offset: int = 0) -> s.CredentialPage:
        return await self._answer(calls.credentials(q, limit, offset))

    async def credential(self, credential_id: str) -> s.CredentialOut:
        return await self._answer(calls.credential(credential_id))

    async def model(self) -> s.ModelOut:
        return await self._answer(calls.model())

    async def decisions(self, request_id: str) -> s.DecisionsOut:
        return await self._answer(calls.decisions(request_id))

    async def ready(self) -> s.ReadyOut:
        return await self._answer(calls.ready())
