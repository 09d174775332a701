"""How much a tenant may ask for: token buckets.

A bucket holds up to ``burst`` tokens and gets ``per_second`` new ones. What is kept of it is one
moment, the one at which it will be full again (generic cell rate algorithm, ITU-T I.371). The
buckets that count are in the store, where all workers share them; those here stand in for it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Costly(StrEnum):
    """What has a bucket of its own: events taken in, and whatever else is asked."""

    ANSWERS = "answers"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tokens a second on average, so many at once at most."""

    per_second: float
    burst: float

    def shared(self, among: int) -> Rate:
        """One of several equal shares; one token at once stays possible."""
        return Rate(self.per_second / among, max(1.0, self.burst / among))


@dataclass(frozen=True, slots=True)
class Toll:
    """What one request takes from a tenant's bucket.

    It is let through while there is one token, and takes all its ``tokens`` then: what is missing
    delays those that come after, so that no batch is too large to ever get in.
    """

    tenant: str
    kind: Costly
    rate: Rate
    tokens: int = 1


class Limited(Exception):
    """A bucket is empty; ``wait`` is the number of seconds until it gives again."""

    def __init__(self, toll: Toll, wait: float) -> None:
        super().__init__(f"no more {toll.kind} for now")
        self.toll = toll
        self.wait = wait

    @property
    def retry_after(self) -> int:
        """Whole seconds to wait, at least one."""
        return max(1, math.ceil(self.wait))


class Buckets:
    """One worker's own buckets, each a share of the tenant's among ``workers``.

    They are as many as there are tenants with limits. ``clock`` gives seconds.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers = workers
        self._clock = clock
        self._full_at: dict[tuple[str, Costly], float] = {}

    def take(self, toll: Toll) -> None:
        """Take the tokens. Raises ``Limited`` where there is none."""
        rate, now = toll.rate.shared(self._workers), self._clock()
        bucket = (toll.tenant, toll.kind)
        full_at = max(self._full_at.get(bucket, now), now)
        wait = full_at - (rate.burst - 1) / rate.per_second - now
        if wait > 1e-9:
            raise Limited(toll, wait)
        self._full_at[bucket] = full_at + toll.tokens / rate.per_second
