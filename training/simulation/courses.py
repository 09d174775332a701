"""Synthetic credentials, drawn as whole columns so that millions take seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.schema import STAMP, complete
from training.simulation.words import ACTIVITIES, BANDS, PER_TOPIC, numbered, topics

Ints = NDArray[np.int64]

PARTS: Final = 5
"""Most parts of a stack."""
STACK_SHARE: Final = 0.06
"""Of the credentials of bands 3 and 4."""
FIRST_DAY: Final = 1_704_067_200
"""2024-01-01 in seconds since the epoch."""
DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Outline:
    """The frame of a catalogue: ``topic`` and ``band`` (1..4) of each credential (n,).

    ``base`` (n,) is the first row of its topic and ``below`` (n,) the number of its
    topic's credentials of lower bands, which begin there.
    """

    n_topics: int
    topic: Ints
    band: Ints
    base: Ints
    below: Ints


def courses(outline: Outline, rng: np.random.Generator) -> pl.DataFrame:
    """The table ``credentials`` for an outline."""
    n = len(outline.topic)
    ids = numbered("credential", n)
    first = rng.integers(PER_TOPIC, size=n)
    hours = np.maximum((7 * outline.band * np.exp(0.4 * rng.standard_normal(n))).round(), 1.0)
    cost = (hours * 8 * np.exp(0.5 * rng.standard_normal(n)) / 5).round() * 5
    cost[rng.random(n) < 0.15] = 0.0
    issuers = [f"Simulated issuer {number}" for number in range(1, 41)]
    frame = pl.DataFrame(
        {
            "id": ids,
            "topic": pl.Series(topics(outline.n_topics)).gather(outline.topic),
            "activity": pl.Series(ACTIVITIES).gather(first),
            "band": pl.Series(BANDS).gather(outline.band - 1),
            "issuer": _pick(issuers, np.full(40, 1 / 40), n, rng),
            "level": outline.band / 4,
            "hours": _known(0.9, hours, rng),
            "cost": _known(0.9, cost, rng),
            "currency": _pick(("USD", "EUR"), (0.85, 0.15), n, rng),
            "language": _pick(("en", "es", "fr"), (0.85, 0.08, 0.07), n, rng),
            "delivery": _pick(("online", "in_person", "hybrid"), (0.6, 0.2, 0.2), n, rng),
            "available_from": _moments(rng.integers(0, 365, n), rng),
            "available_until": _moments(rng.integers(400, 1200, n), rng),
            "expires_after_days": _known(0.1, np.full(n, 1095.0), rng),
            "skills": _skills(outline, first, rng),
        }
    )
    frame = frame.with_columns(
        pl.when(pl.col("cost").is_not_null()).then("currency").alias("currency"),
        title=pl.format("{} {} in {}", "band", "activity", "topic"),
        description=pl.format("A course on the {} that {} call for.", "activity", "topic"),
    )
    condition = _prerequisites(outline, first, ids, rng)
    stacked, into = _stacks(outline, ids, rng)
    frame = frame.with_columns(
        prerequisites=pl.select(pl.coalesce(stacked, condition)).to_series()
    ).join(into, on="id", how="left", maintain_order="left")
    return complete("credentials", frame)


def _pick(
    values: Sequence[str],
    shares: Sequence[float] | NDArray[np.float64],
    n: int,
    rng: np.random.Generator,
) -> pl.Series:
    return pl.Series(values).gather(rng.choice(len(values), n, p=shares))


def _known(share: float, values: NDArray[np.float64], rng: np.random.Generator) -> pl.Series:
    """``values`` in a ``share`` of the rows, null in the others."""
    return pl.Series(values).set(pl.Series(rng.random(len(values)) >= share), None)


def _moments(days: Ints, rng: np.random.Generator) -> pl.Series:
    """That many days after the first one, in one row of twenty."""
    micros = pl.Series((FIRST_DAY + days * DAY) * 1_000_000).cast(STAMP)
    return micros.set(pl.Series(rng.random(len(days)) >= 0.05), None)


def _skills(outline: Outline, first: Ints, rng: np.random.Generator) -> pl.Series:
    """One to three skills of the topic: ``first`` at the band's level, the others one below."""
    names = numbered("skill", outline.n_topics * PER_TOPIC)
    count = rng.integers(1, 4, len(first))
    step = rng.integers(1, PER_TOPIC // 2, len(first))
    entries = []
    for at in range(3):
        skill = names.gather(outline.topic * PER_TOPIC + (first + at * step) % PER_TOPIC)
        level = np.maximum(outline.band - min(at, 1), 1) / 4
        entry = pl.struct(skill=pl.lit(skill), level=pl.lit(pl.Series(level)))
        entries.append(pl.when(pl.lit(pl.Series(count > at))).then(entry))
    return pl.select(pl.concat_list(entries).list.drop_nulls()).to_series()


def _prerequisites(
    outline: Outline, first: Ints, ids: pl.Series, rng: np.random.Generator
) -> pl.Series:
    """Conditions on a third of what is not introductory, in every form of the contract."""
    n = len(first)
    step = outline.below // 3
    start = (rng.random(n) * outline.below).astype(np.int64)
    one, two, three = (
        _credential(ids.gather(outline.base + (start + at * step) % np.maximum(outline.below, 1)))
        for at in range(3)
    )
    names = numbered("skill", outline.n_topics * PER_TOPIC)
    skill = pl.lit(names.gather(outline.topic * PER_TOPIC + first))
    level = pl.lit(pl.Series((outline.band - 1) / 4))
    forms = (
        pl.concat_str(pl.lit('{"all":['), one, pl.lit("]}")),
        pl.concat_str(pl.lit('{"any":['), one, pl.lit(","), two, pl.lit("]}")),
        pl.concat_str(
            pl.lit('{"at_least":2,"of":['), one, pl.lit(","), two, pl.lit(","), three,
            pl.lit("]}"),
        ),
        pl.concat_str(
            pl.lit('{"level":'), level, pl.lit(',"skill":"'), skill, pl.lit('"}')
        ),
    )  # fmt: skip
    possible = (outline.band > 1) & (outline.below >= 3) & (rng.random(n) < 0.35)
    form = np.where(possible, rng.choice(4, n, p=(0.5, 0.2, 0.15, 0.15)), -1)
    return pl.select(
        pl.coalesce(
            pl.when(pl.lit(pl.Series(form == at))).then(text) for at, text in enumerate(forms)
        )
    ).to_series()


def _stacks(
    outline: Outline, ids: pl.Series, rng: np.random.Generator
) -> tuple[pl.Series, pl.DataFrame]:
    """The stacks' conditions (n,), null elsewhere, and ``stacks_into`` by ``id`` of the part.

    A stack asks for all of its three to five parts but one.
    """
    n = len(outline.topic)
    able = (outline.band >= 3) & (outline.below >= PARTS) & (rng.random(n) < STACK_SHARE)
    whole = np.flatnonzero(able)
    below = outline.below[whole]
    start = (rng.random(len(whole)) * below).astype(np.int64)
    count = rng.integers(3, PARTS + 1, len(whole))
    owner = np.repeat(np.arange(len(whole)), count)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    part = (
        outline.base[whole][owner] + (start[owner] + nth * (below // PARTS)[owner]) % below[owner]
    )
    pairs = pl.DataFrame({"whole": whole[owner], "id": ids.gather(part)})
    conditions = (
        pairs.group_by("whole", maintain_order=True)
        .agg(of=_credential(pl.col("id")), n=pl.len() - 1)
        .select(
            "whole",
            text=pl.concat_str(
                pl.lit('{"at_least":'), "n", pl.lit(',"of":['), pl.col("of").list.join(","),
                pl.lit("]}"),
            ),
        )
    )  # fmt: skip
    rows = pl.DataFrame({"whole": np.arange(n)})
    texts = rows.join(conditions, on="whole", how="left", maintain_order="left")["text"]
    into = (
        pairs.with_columns(stack=ids.gather(pairs["whole"]))
        .group_by("id", maintain_order=True)
        .agg(stacks_into="stack")
    )
    return texts, into


def _credential(name: pl.Series | pl.Expr) -> pl.Expr:
    text = name if isinstance(name, pl.Expr) else pl.lit(name)
    return pl.concat_str(pl.lit('{"credential":"'), text, pl.lit('"}'))
