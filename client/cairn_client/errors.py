"""What can go wrong, by what a caller would do about it."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from pydantic import ValidationError

from cairn_client.schema import PayloadFault, ProblemDocument

PROBLEM: Final = "application/problem+json"


class CairnError(Exception):
    """Anything this package raises about a request."""


class Unreachable(CairnError):
    """No answer came: the connection failed or the time ran out. Whether the service got the
    request is unknown. ``__cause__`` is the fault as HTTPX tells it.
    """


class UnexpectedAnswer(CairnError):
    """An answer that is not one of Cairn's, as from a proxy in between, or from another version."""


class Problem(CairnError):
    """The service refused. ``status`` and ``problem`` are its answer (RFC 9457); ``retry_after``
    are the seconds it asks to wait, ``None`` where it does not say.
    """

    def __init__(
        self, status: int, problem: ProblemDocument, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{status} {problem.title}: {problem.detail}")
        self.status = status
        self.problem = problem
        self.retry_after = retry_after

    @property
    def request_id(self) -> str | None:
        """What the service's log calls the request."""
        return self.problem.request_id


class Unauthorized(Problem):
    """401: the key or token is not known, or has expired."""


class Forbidden(Problem):
    """403: the key lacks the scope, or the token is for another learner or origin."""


class NotFound(Problem):
    """404: there is no such credential, role, learner or decision."""


class Invalid(Problem):
    """422: the payload has faults; ``faults`` are all of them."""

    @property
    def faults(self) -> list[PayloadFault]:
        """Each with a JSON Pointer to its place and the reason."""
        return self.problem.errors or []

    def __str__(self) -> str:
        told = "; ".join(
            f"{fault.pointer or fault.source}: {fault.reason}" for fault in self.faults
        )
        return f"{super().__str__()} {told}".rstrip()


class TooLarge(Problem):
    """413: the body is larger than the service takes."""


class RateLimited(Problem):
    """429: the tenant's limit is used up, still after all retries."""


class Unavailable(Problem):
    """503: the store cannot be reached, still after all retries; nothing was changed."""


KINDS: Final[dict[int, type[Problem]]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    413: TooLarge,
    422: Invalid,
    429: RateLimited,
    503: Unavailable,
}


def problem(response: httpx.Response) -> Problem:
    """The error for an answer that is not a success; one without a problem document, such as a
    proxy's, is described by its status alone.
    """
    status = response.status_code
    document = ProblemDocument(
        type="about:blank", title=response.reason_phrase, status=status, detail="no details given"
    )
    if is_problem(response):
        try:
            document = ProblemDocument.model_validate_json(response.content)
        except ValidationError as error:
            raise UnexpectedAnswer(f"{status}, and a problem document of another shape") from error
    return KINDS.get(status, Problem)(status, document, retry_after(response))


def is_problem(response: httpx.Response) -> bool:
    """Whether the service itself refused, rather than something in between."""
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip() == PROBLEM


def retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait as ``Retry-After`` says, in seconds or as a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        until, told = (parsedate_to_datetime(each) for each in (text, response.headers["date"]))
        return max(0.0, (until - told).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None
