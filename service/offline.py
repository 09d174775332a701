"""Questions asked without a server, from files and words."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from models.bundle import Bundle
from models.errors import DataError, Fault, UsageError
from models.plan import commonest_currency
from service.schemas.learners import LearnerQuery
from service.schemas.paths import PathRequest
from service.schemas.recommendations import RecommendationRequest
from service.schemas.whatif import ClosestRequest, CompareRequest

Request = TypeVar("Request", bound=BaseModel)


def request(
    bundle: Bundle, learner: Path | None, learner_id: str | None, role: str | None, limit: int
) -> RecommendationRequest:
    """The question as the API would get it; ``learner`` is a JSON file, ``role`` an id or words.

    Raises ``UsageError`` naming what is wrong.
    """
    return _valid(
        RecommendationRequest,
        "the learner or role cannot be used",
        learner=_learner(learner, learner_id),
        target_role=_role(bundle, role),
        limit=limit,
    )


def path_request(
    bundle: Bundle,
    learner: Path | None,
    learner_id: str | None,
    role: str,
    options: Mapping[str, Any],
) -> PathRequest:
    """The same for a path; ``options`` are the command's, ``max_cost`` as 300 or 300EUR.

    Raises ``UsageError`` naming what is wrong.
    """
    given = _limits(bundle, options)
    objective = {name: given.pop(name) for name in ("reach", "then") if name in given}
    solver = given.pop("solver")
    if "deadline" in given:
        given["deadline"] = given["deadline"].isoformat()
    return _valid(
        PathRequest,
        "the path cannot be planned",
        learner=_learner(learner, learner_id),
        target_role=_role(bundle, role),
        constraints=given,
        objective=objective,
        solver=solver,
    )


def compare_request(
    bundle: Bundle,
    learner: Path | None,
    learner_id: str | None,
    roles: Sequence[str],
    limits: Mapping[str, Any],
) -> CompareRequest:
    """The same for roles to compare."""
    return _valid(
        CompareRequest,
        "the roles cannot be compared",
        learner=_learner(learner, learner_id),
        target_roles=[_role(bundle, role) for role in roles],
        constraints=_limits(bundle, limits),
    )


def closest_request(
    bundle: Bundle,
    learner: Path | None,
    learner_id: str | None,
    limit: int,
    limits: Mapping[str, Any],
) -> ClosestRequest:
    """The same for the closest roles."""
    return _valid(
        ClosestRequest,
        "the roles cannot be ranked",
        learner=_learner(learner, learner_id),
        limit=limit,
        constraints=_limits(bundle, limits),
    )


def _limits(bundle: Bundle, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, an amount of money as the API takes it."""
    given = {name: value for name, value in options.items() if value is not None}
    if "max_cost" in given:
        given["max_cost"] = _money(bundle, given["max_cost"])
    return given


def _learner(file: Path | None, external: str | None) -> LearnerQuery | dict[str, Any]:
    if file is not None and external is not None:
        raise UsageError("name the learner by a file or by an id, not by both")
    return {"id": external} if file is None else read_learner(file)


def _role(bundle: Bundle, role: str | None) -> str | dict[str, Any] | None:
    known = role is None or bundle.roles.row(role) is not None
    return role if known else {"text": role}


def _money(bundle: Bundle, text: str) -> dict[str, Any]:
    """An amount with its currency, by default the one most credentials are priced in."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Z]{3})?", text.strip())
    if found is None:
        raise UsageError(f"--max-cost: expected an amount such as 300 or 300EUR, found '{text}'")
    currency = found[2] or commonest_currency(bundle)
    if currency is None:
        raise UsageError("--max-cost: no credential here has a price; name the currency: 300EUR")
    return {"amount": float(found[1]), "currency": currency}


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
            f"Demo page  {url}/",
            f"API docs   {url}/docs",
            f"API key    {key}",
            f"Try it     {shlex.join(curl)}",
            "Ctrl-C stops everything.",
        ]
    )


def _valid(kind: type[Request], trouble: str, **fields: Any) -> Request:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        told = "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UsageError(f"{trouble}: {told}") from error
