"""What is logged, and in which form: one line of text or of JSON for each thing that happened.

Nothing of learners and no key is logged. Messages of exceptions may quote them, so of an
exception its type and place are told, never its message.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

import orjson

from service.settings import Settings
from service.telemetry.seen import seen

FIELDS: Final = ("method", "route", "status", "duration_ms", "bundle", "degraded")
"""Fields beyond the message that a line may have; whatever else a library adds is left out."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Text(logging.Formatter):
    """For people."""

    def __init__(self) -> None:
        super().__init__("%(levelname)-8s %(message)s")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the library's name
        """Where and of what types an exception and its causes are."""
        return told(ei[1])


class Json(Text):
    """For machines."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object on one line."""
        request = seen()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request.request_id is not None:
            line |= {"request_id": request.request_id, "tenant": request.tenant}
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def told(error: BaseException | None) -> str:
    """An exception and those that led to it, the first of them first, without their messages."""
    parts: list[str] = []
    while error is not None:
        kind = type(error)
        lines = traceback.format_tb(error.__traceback__)
        parts.append("".join([*lines, f"{kind.__module__}.{kind.__qualname__}"]))
        error = error.__cause__ or error.__context__
    return "\nthen\n".join(reversed(parts))


def log_config(settings: Settings) -> dict[str, Any]:
    """The configuration of ``logging`` for a process of the service."""
    chosen = settings.log_level.upper()
    own = {"level": chosen, "handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": Json if settings.log_format == "json" else Text}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "loggers": dict.fromkeys(("service", "models", "uvicorn"), own),
        # What other libraries say is heard from warnings on.
        "root": {"level": chosen if chosen in ("ERROR", "CRITICAL") else "WARNING",
                 "handlers": ["stderr"]},
    }  # fmt: skip
