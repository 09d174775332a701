"""Events in batches that the service takes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Literal, Self, TypeAlias

from cairn_client.aio import AsyncClient
from cairn_client.errors import TooLarge
from cairn_client.schema import EventIn, EventsOut
from cairn_client.sync import Client

Kind: TypeAlias = Literal["view", "click", "save", "enrol", "complete", "dismiss", "rate"]

MOST: Final = 1_000
"""Events that the service takes at once."""


def event(
    learner_id: str,
    credential_id: str,
    kind: Kind = "complete",
    *,
    occurred_at: datetime | None = None,
    request_id: str | None = None,
    value: float | None = None,
    event_id: str | None = None,
) -> EventIn:
    """Something a learner did, just now unless ``occurred_at`` says when. It gets an id and a
    moment here, once, so that it stays the same event however often it is sent; a platform with
    ids of its own gives ``event_id``.
    """
    return EventIn(
        event_id=event_id or uuid.uuid4().hex,
        learner_id=learner_id,
        credential_id=credential_id,
        kind=kind,
        occurred_at=occurred_at or datetime.now(UTC),
        request_id=request_id,
        value=value,
    )


class Queue:
    """Events that wait, and how many of them go at once: fewer after a batch was too large."""

    def __init__(self, size: int) -> None:
        if not 1 <= size <= MOST:
            raise ValueError(f"expected a size from 1 to {MOST}, got {size}")
        self.size = size
        self.waiting: list[EventIn] = []
        self.sent = EventsOut(accepted=0, duplicates=0)

    def batch(self) -> list[EventIn]:
        """The next events to send."""
        return self.waiting[: self.size]

    def done(self, batch: list[EventIn], kept: EventsOut) -> None:
        """A batch is durable."""
        del self.waiting[: len(batch)]
        self.sent = EventsOut(
            accepted=self.sent.accepted + kept.accepted,
            duplicates=self.sent.duplicates + kept.duplicates,
        )

    def refused(self, batch: list[EventIn], error: TooLarge) -> None:
        """A batch was too large. Raises ``error`` when it cannot be made smaller."""
        if len(batch) == 1:
            raise error
        self.size = len(batch) // 2


class EventSender:
    """Sends events through ``client``, ``size`` at a time, and the rest when the block ends, by an
    exception too.

    What could not be sent stays in ``waiting``: ``flush`` sends it again, under the same ids.
    ``sent`` counts what the service took. For one thread at a time.
    """

    def __init__(self, client: Client, size: int = MOST) -> None:
        self._client = client
        self._queue = Queue(size)

    @property
    def waiting(self) -> tuple[EventIn, ...]:
        """What the service has not yet taken."""
        return tuple(self._queue.waiting)

    @property
    def sent(self) -> EventsOut:
        """What the service took so far."""
        return self._queue.sent

    def add(self, events: Iterable[EventIn]) -> None:
        """Take events, and send whenever there are enough. Raises ``CairnError`` as ``flush``."""
        for each in events:
            self._queue.waiting.append(each)
            if len(self._queue.waiting) >= self._queue.size:
                self.flush()

    def flush(self) -> None:
        """Send all that waits. Raises ``CairnError`` when the service did not take it."""
        while batch := self._queue.batch():
            try:
                self._queue.done(batch, self._client.record(batch))
            except TooLarge as error:
                self._queue.refused(batch, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()


class AsyncEventSender:
    """``EventSender`` for asyncio, for one task at a time."""

    def __init__(self, client: AsyncClient, size: int = MOST) -> None:
        self._client = client
        self._queue = Queue(size)

    @property
    def waiting(self) -> tuple[EventIn, ...]:
        """What the service has not yet taken."""
        return tuple(self._queue.waiting)

    @property
    def sent(self) -> EventsOut:
        """What the service took so far."""
        return self._queue.sent

    async def add(self, events: Iterable[EventIn]) -> None:
        for each in events:
            self._queue.waiting.append(each)
            if len(self._queue.waiting) >= self._queue.size:
                await self.flush()

    async def flush(self) -> None:
        while batch := self._queue.batch():
            try:
                self._queue.done(batch, await self._client.record(batch))
            except TooLarge as error:
                self._queue.refused(batch, error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.flush()
