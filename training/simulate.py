"""A seeded simulator of learners, and of whole worlds to try the system at scale.

The behaviour model is explained in ``docs/simulator.md``. The same arguments give the same
tables; nothing but the arguments has an influence.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from models.errors import UsageError
from training.schema import EVENT_ID, empty
from training.simulation.behaviour import Behaviour
from training.simulation.catalogue import compile_catalogue
from training.simulation.histories import TRUTH, Histories, draw
from training.simulation.world import build_world
from training.writing import write

SMALLEST: Final = 50
"""Fewest credentials of a world."""
START: Final = datetime(2024, 1, 1, tzinfo=UTC)
DAYS: Final = 548
"""Length of the window, about 18 months."""


def simulate_histories(
    credentials: pl.DataFrame,
    skills: pl.DataFrame,
    roles: pl.DataFrame,
    *,
    n_learners: int,
    seed: int,
    start: datetime = START,
    days: int = DAYS,
    behaviour: Behaviour | None = None,
) -> Histories:
    """Learners, their interactions and their true next choices in a given catalogue.

    The tables are in the types of ``training.schema``, as ``training.tables`` reads them.
    Interactions lie between ``start`` (aware of its zone) and ``days`` later. Raises
    ``UsageError`` without credentials, without roles that require something, or when
    ``n_learners`` is negative.
    """
    if n_learners < 0:
        raise UsageError(f"learners: expected a number of at least 0, found {n_learners}")
    if n_learners == 0:
        none = pl.DataFrame(schema=TRUTH)
        interactions = (
            empty("interactions")
            .drop(EVENT_ID)
            .with_columns(pl.col("occurred_at").cast(pl.Int64).cast(pl.Datetime("us", "UTC")))
        )
        return Histories(empty("learners"), interactions, none)
    catalogue = compile_catalogue(credentials, skills, roles)
    if not catalogue.ids:
        raise UsageError("credentials: the table is empty, learners have nothing to choose")
    if not any(len(needs.skill) for needs in catalogue.needs):
        raise UsageError("roles: no role requires a skill, learners have nothing to aim at")
    return draw(catalogue, n_learners, seed, start, days, behaviour or Behaviour())


def simulate_world(n_learners: int, n_credentials: int, seed: int) -> dict[str, pl.DataFrame]:
    """The tables ``credentials``, ``skills``, ``roles``, ``learners``, ``interactions``, ``truth``.

    All but ``truth`` (see ``Histories``) are in the types of the data contract. Without
    learners those three tables are empty. Raises ``UsageError`` for fewer than 50
    credentials, too few for roles and prerequisites to mean anything.
    """
    if n_credentials < SMALLEST:
        raise UsageError(
            f"credentials: expected a number of at least {SMALLEST}, found {n_credentials}"
        )
    seeds = np.random.SeedSequence(seed).generate_state(2)
    world = build_world(n_credentials, np.random.default_rng(seeds[0]))
    histories = simulate_histories(
        world["credentials"],
        world["skills"],
        world["roles"],
        n_learners=n_learners,
        seed=int(seeds[1]),
    )
    return {
        **world,
        "learners": histories.learners,
        "interactions": histories.interactions,
        "truth": histories.truth,
    }


def write_world(world: dict[str, pl.DataFrame], folder: Path) -> None:
    """Write a simulated world as a data folder, with ``truth.parquet`` beside its tables."""
    tables = {name: frame for name, frame in world.items() if name != "truth"}
    write(tables, folder)
    world["truth"].write_parquet(folder / "truth.parquet")
