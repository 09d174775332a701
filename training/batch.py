"""Answers for everybody at once, from a bundle, as one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from models import bundle
from models.bundle import Bundle
from models.domain import Ask, HeldSkill, Learner, Target
from models.errors import DataError, UsageError
from models.recommend import recommend
from training.parsing import parse
from training.progress import Progress
from training.readers import read
from training.schema import TABLES
from training.spread import Spread

TOGETHER: Final = 2_000
"""So many learners are answered at a time, for each of which the bundle is opened and checked."""

ANSWERS: Final = {
    "learner_id": pl.String(),
    "rank": pl.UInt16(),
    "credential_id": pl.String(),
    "score": pl.Float64(),
    "mode": pl.String(),
}
"""One row for each item of each answer, by learner (in the order of the bundle, then of those
whom only the table of learners knows), best first."""


@dataclass(frozen=True, slots=True)
class Question:
    """A learner's id, declared skills (id or text, level or ``None``) and target role."""

    id: str
    skills: tuple[tuple[str, float | None], ...] = ()
    role: str | None = None


def answer_all(
    folder: Path,
    out: Path,
    learners: Path | None,
    *,
    at: float | None,
    limit: int,
    spread: Spread,
    progress: Progress,
) -> int:
    """Answer every learner of the bundle in ``folder``, and of the table ``learners`` if named.

    As of ``at`` (seconds since the epoch), by default the last moment that training knew. Writes
    ``out`` (Parquet, columns ``ANSWERS``) when all answers are there, and returns the number of
    learners. Raises ``DataError`` for faults in the table.
    """
    if out.suffix.lower() != ".parquet":
        raise UsageError(f"{out}: expected a name that ends in .parquet")
    folder = folder.resolve()  # workers stand in folders of their own
    loaded = bundle.read(folder)
    asked = _questions(loaded, learners)
    at = at if at is not None else loaded.manifest.data.last_at or 0.0
    chunks = [asked[start : start + TOGETHER] for start in range(0, len(asked), TOGETHER)]
    answered = partial(answers, folder, at=at, limit=limit)
    tables = [pl.DataFrame(schema=ANSWERS)]
    with progress.stage("answer", len(asked)) as advance:
        for chunk, table in zip(chunks, spread.each(answered, chunks), strict=True):
            tables.append(table)
            advance(len(chunk))
    scratch = out.with_name(f".{out.name}.writing")
    pl.concat(tables).write_parquet(scratch)
    scratch.replace(out)
    return len(asked)


def answers(folder: Path, asked: list[Question], *, at: float, limit: int) -> pl.DataFrame:
    """The answers to some questions from the bundle in ``folder``, which must be the same for
    whoever runs this.
    """
    loaded = bundle.read(folder)
    rows = [row for each in asked for row in _rows(loaded, each, at, limit)]
    return pl.DataFrame(rows, schema=ANSWERS, orient="row")


def _rows(loaded: Bundle, asked: Question, at: float, limit: int) -> Iterator[tuple[Any, ...]]:
    learner = Learner(
        id=asked.id,
        skills=tuple(HeldSkill(*each) for each in asked.skills),
        history=loaded.histories.of(asked.id),
    )
    target = None if asked.role is None else Target(id=asked.role)
    answer = recommend(loaded, Ask(learner, at=at, target=target, limit=limit, explain=False))
    for rank, item in enumerate(answer.items, 1):
        yield asked.id, rank, loaded.credentials.ids[item.credential], item.score, answer.mode.value


def _questions(loaded: Bundle, learners: Path | None) -> list[Question]:
    known = {id_: Question(id_) for id_ in loaded.histories.learners}
    if learners is None:
        return list(known.values())
    name = "learners"
    table = parse(name, read(learners, [column.name for column in TABLES[name]]))
    if table.frame is None or table.faults:
        raise DataError(table.faults)
    for id_, skills, role in table.frame.select("id", "skills", "target_role").iter_rows():
        stated = tuple((each["skill"], each["level"]) for each in skills or ())
        known[id_] = Question(id_, stated, role)
    return list(known.values())
