"""One call from its first request to its outcome: when to send again, and how long to wait.

Nothing here sends or sleeps; the two clients do what a ``Flow`` asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

import httpx

from cairn_client import errors
from cairn_client.calls import Call

Answer = TypeVar("Answer")
Outcome: TypeAlias = httpx.Response | httpx.TransportError

NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Retries:
    """Waits double from ``first`` to ``most`` seconds, each cut short by up to half by chance, so
    that callers who failed together do not come back together, and at least as long as
    ``Retry-After`` asks. No request begins later than ``total`` seconds after the first; 0 never
    tries again.
    """

    total: float = 30.0
    first: float = 0.2
    most: float = 8.0

    def wait(self, failures: int, asked: float | None, chance: float) -> float:
        """Seconds before the next request, after so many ``failures``; ``chance`` is 0..1, and
        ``asked`` what the service wants.
        """
        doubled = self.first * 2.0 ** min(failures - 1, 64)
        own = min(self.most, doubled) * (0.5 + chance / 2)
        return own if asked is None else max(own, asked + self.first * chance)


@dataclass(frozen=True, slots=True)
class Send:
    """Ask to send the request, and to be told the outcome."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask to wait."""

    seconds: float


Flow: TypeAlias = Generator[Send | Pause, Outcome | None, Answer]


def flow(
    call: Call[Answer], retries: Retries, clock: Callable[[], float], chance: Callable[[], float]
) -> Flow[Answer]:
    """Send ``call`` until it is answered, or must not be sent again. Raises ``CairnError``."""
    until = clock() + retries.total
    failures = 0
    while True:
        outcome = yield Send()
        if isinstance(outcome, httpx.Response) and outcome.is_success:
            return call.read(outcome)
        error = _error(outcome)
        failures += 1
        asked = error.retry_after if isinstance(error, errors.Problem) else None
        pause = retries.wait(failures, asked, chance())
        if not _may_repeat(call, outcome) or clock() + pause > until:
            raise error from (outcome if isinstance(outcome, Exception) else None)
        yield Pause(pause)


def _error(outcome: Outcome | None) -> errors.CairnError:
    match outcome:
        case httpx.Response():
            return errors.problem(outcome)
        case _:
            return errors.Unreachable(f"no answer: {type(outcome).__name__}: {outcome}")


def _may_repeat(call: Call[Answer], outcome: Outcome | None) -> bool:
    """Whether it might help, and can do no harm: by what the call does, or because the service
    did nothing.
    """
    match outcome:
        case httpx.Response(status_code=429):
            return True
        case httpx.Response(status_code=503):
            return call.repeatable or errors.is_problem(outcome)
        case httpx.Response(status_code=502 | 504):  # from something in between
            return call.repeatable
        case httpx.TransportError():
            return call.repeatable or isinstance(outcome, NEVER_SENT)
    return False
