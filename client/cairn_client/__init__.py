"""Python client of Cairn: what should a learner earn next, in what order, and why?"""

from cairn_client.aio import AsyncClient
from cairn_client.errors import (
    CairnError,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    RateLimited,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
)
from cairn_client.retries import Retries
from cairn_client.sending import AsyncEventSender, EventSender, event
from cairn_client.sync import Client

__all__ = [
    "AsyncClient",
    "AsyncEventSender",
    "CairnError",
    "Client",
    "EventSender",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Problem",
    "RateLimited",
    "Retries",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswer",
    "Unreachable",
    "event",
]
