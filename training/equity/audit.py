"""The audit of a bundle on a folder of data: quality, exposure and paths by group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models import bundle as bundles
from models.bundle import Bundle
from models.errors import UsageError
from training import gate, metrics, tables
from training.comparison import SplitKind, circumstances, split_of
from training.config import Config
from training.contest import availability
from training.embedder import embedder_of
from training.equity import exposure, price, quality, routes
from training.equity.disparity import compare
from training.evaluate import ask_all
from training.learners import Asker
from training.paths import plan_all
from training.pipeline import Prepared, fit, prepare
from training.progress import Progress

PATHS = 400
"""So many learners' paths are planned."""


def audit(
    folder: Path,
    data_folder: Path,
    kind: SplitKind,
    progress: Progress,
    *,
    test: Path | None = None,
    cache: Path | None = None,
    smallest_group: int | None = None,
) -> dict[str, Any]:
    """Audit the bundle in ``folder``, JSON-ready.

    For ``given`` the bundle itself is asked, which must be about the very credentials, skills and
    roles of the data. For the other splits it has seen the answers: its settings are fitted anew to
    what comes before them, as they were for its own evaluation. Raises ``UsageError`` for what
    cannot be done.
    """
    if test is not None and kind != "given":
        raise UsageError(f"a file of test interactions has no use in the split '{kind}'")
    served = bundles.read(bundles.resolve(folder))
    config = _config(served, smallest_group)
    data = tables.load(data_folder, test=test)
    embedder = embedder_of(config, cache)
    prepared = prepare(data, config, embedder, progress)
    split, seed = split_of(prepared, kind), served.manifest.seed
    asked = served
    if kind == "given":
        _same_rows(served, prepared)
    else:
        asked = fit(prepared, split.train, seed, progress).bundle
    answers = ask_all(prepared, asked, split, progress)
    values = metrics.measure(answers.lists, split.relevant)
    asker = Asker(split.train, prepared.learners, asked.manifest.held_kinds)
    on_offer = availability(asked.credentials.columns, split)
    shown = exposure.measure(asked, split, answers.lists, on_offer, config.smallest_group, seed)
    measured = quality.measure(prepared, split, values, seed)
    planned = plan_all(asker, asked, split, seed, progress, PATHS)
    paths = None
    if planned is not None:
        paths, cases = routes.measure(prepared, planned, seed)
        paths |= {"tests": compare(cases, seed)}
    return {
        "bundle": served.version,
        "asked": "the bundle itself"
        if kind == "given"
        else "its settings, fitted before the split",
        "same_data": served.manifest.data.hash == data.content_hash,
        "split": kind,
        "seed": seed,
        "learners": len(split),
        "ndcg@10": float(values["ndcg@10"].mean()),
        "ci": list(metrics.interval(values["ndcg@10"], seed)),
        "equity": measured,
        "exposure": shown,
        "paths": paths,
        "price": price.curve(asker, asked, split, shown, seed, progress),
        "erased": data.erased,
        "faults": gate.disparities(measured, config.largest_disparity),
        "largest_disparity": config.largest_disparity,
        **circumstances(prepared),
    }


def _config(served: Bundle, smallest_group: int | None) -> Config:
    changed = {} if smallest_group is None else {"smallest_group": smallest_group}
    try:
        return Config.model_validate(served.manifest.config | changed)
    except ValidationError as error:
        raise UsageError(
            f"bundle {served.version} was made with settings that this Cairn does not know: {error}"
        ) from error


def _same_rows(served: Bundle, prepared: Prepared) -> None:
    held = prepared.catalogue.tables
    for name, ids in (
        ("credentials", served.credentials.ids),
        ("skills", served.skills.ids),
        ("roles", served.roles.ids),
    ):
        if list(ids) != list(held[name]["id"]):
            raise UsageError(
                f"bundle {served.version} and the data name other {name}: expected the catalogue "
                "that the bundle was made of"
            )
