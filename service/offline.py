"""Questions asked without a server, from files and words."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.bundle import Bundle
from models.errors import DataError, Fault, UsageError
from service.schemas.learners import LearnerQuery
from service.schemas.recommendations import RecommendationRequest, RoleText


def request(
    bundle: Bundle, learner: Path | None, learner_id: str | None, role: str | None, limit: int
) -> RecommendationRequest:
    """The question as the API would get it; ``learner`` is a JSON file, ``role`` an id or words.

    Raises ``UsageError`` naming what is wrong.
    """
    if learner is not None and learner_id is not None:
        raise UsageError("name the learner by a file or by an id, not by both")
    known = role is None or bundle.roles.row(role) is not None
    try:
        return RecommendationRequest(
            learner=LearnerQuery(id=learner_id) if learner is None else read_learner(learner),
            target_role=role if known else RoleText(text=role or ""),
            limit=limit,
        )
    except ValidationError as error:
        raise UsageError(f"the learner or role cannot be used: {_told(error)}") from error


def read_learner(path: Path) -> LearnerQuery:
    """A learner as the API's requests describe one. Raises ``DataError`` with every fault."""
    try:
        return LearnerQuery.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        if not isinstance(error, ValidationError):
            raise UsageError(f"{path}: not JSON: {error}") from error
        raise DataError(
            [
                Fault(str(path), None, "/".join(map(str, e["loc"])), str(e["input"])[:80], e["msg"])
                for e in error.errors()
            ]
        ) from error


def invitation(bundle: Bundle, url: str, key: str) -> str:
    """Where to look at a running demo, and a question to it, ready to be pasted."""
    question: dict[str, Any] = {"limit": 3}
    for learner in list(bundle.histories.learners)[:1]:
        question["learner"] = {"id": learner}
    for role in list(bundle.roles.ids)[:1]:
        question["target_role"] = role
    curl = ["curl", "-s", f"{url}/v1/recommendations", "-H", f"Authorization: Bearer {key}"]
    curl += ["-H", "Content-Type: application/json", "-d", json.dumps(question)]
    return "\n".join(
        [
            f"Demo page  {url}/#key={key}",
            f"API docs   {url}/docs",
            f"API key    {key}",
            f"Try it     {shlex.join(curl)}",
            "Ctrl-C stops everything.",
        ]
    )


def _told(error: ValidationError) -> str:
    return "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
