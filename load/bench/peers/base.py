"""What the ceiling and every peer share: request model, authentication, answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

import numpy as np
import polars as pl
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from numpy.typing import NDArray
from pydantic import BaseModel
from scipy.sparse import csr_matrix

from service.schemas.recommendations import RecommendationRequest
from service.tenants.auth import StoredKey
from service.tenants.keys import Keys

ROUTE = "/v1/recommendations"
SEED = 1


@dataclass(frozen=True, slots=True)
class World:
    """Histories as a peer learns from them: ``met`` is ones, ``(n_learners, n_credentials)``."""

    learners: dict[str, int]
    credentials: Sequence[str]
    met: csr_matrix


def read_world(folder: Path) -> World:
    """The data folder's histories; every kind of act but a dismissal counts, each pair once."""
    credentials = pl.read_parquet(folder / "credentials.parquet")["id"].to_list()
    acts = pl.read_parquet(folder / "interactions.parquet").filter(pl.col("kind") != "dismiss")
    pairs = acts.select("learner_id", "credential_id").unique(maintain_order=True)
    names = sorted(pairs["learner_id"].unique())
    learners = {name: row for row, name in enumerate(names)}
    rows = {name: row for row, name in enumerate(credentials)}
    where = (
        [learners[name] for name in pairs["learner_id"]],
        [rows[name] for name in pairs["credential_id"]],
    )
    ones = np.ones(pairs.height, np.float32)
    return World(
        learners, credentials, csr_matrix((ones, where), (len(learners), len(credentials)))
    )


class Model(Protocol):
    """One fitted library."""

    def recommend(self, learner: int, limit: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best unseen credentials of a learner's row, best first, and their scores."""
        ...


class Scored(BaseModel):
    """One credential of an answer."""

    credential: str
    score: float


class Answer(BaseModel):
    """A peer's answer."""

    items: list[Scored]


Check = Callable[..., object]
Presented = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def key_check(key: str) -> Check:
    """The service's own look-up of a presented key, as a dependency."""
    keys = Keys(None, key)

    async def check(presented: Presented) -> StoredKey:
        known = presented and keys.find(presented.credentials, time.time())
        if not known:
            raise HTTPException(401, "This API key is not known.")
        return known

    return check


def bare_app(key: str) -> tuple[FastAPI, Check]:
    """An application that says when it is ready, and the check for its route."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    return app, key_check(key)


def peer_app(world: World, model: Model, key: str) -> FastAPI:
    """A straightforward service on one fitted model."""
    app, check = bare_app(key)

    @app.post(ROUTE, dependencies=[Depends(check)])
    async def recommend(body: RecommendationRequest) -> Answer:
        row = world.learners.get(body.learner.id or "")
        if row is None:
            raise HTTPException(404, "This learner is not known.")
        # On the event loop: handing over to a thread costs more than it gives on one core.
        found, scores = model.recommend(row, body.limit)
        listed = zip(found.tolist(), scores.tolist(), strict=True)
        return Answer(
            items=[Scored(credential=world.credentials[i], score=score) for i, score in listed]
        )

    return app
