"""The training job: catalogue → base models → ranker → bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.bundle import Bundle, Manifest, Parts, assemble, behaviour
from models.domain import Kind
from models.feature_names import FEATURES
from models.ids import IdMap
from models.query import Query
from training import asked, collaborative, folding, knowledge, ondisk, order, ranking
from training import behaviour as base
from training.config import Config
from training.embedder import Embedder
from training.interactions import Interactions
from training.kept import NOTHING, Kept
from training.knowledge import Catalogue
from training.learners import Asker, Learners, held_kinds, kind_weights
from training.matrix import item_features_of
from training.progress import Progress
from training.questions import Teaching
from training.shape import Shape, choose
from training.spread import HERE, Spread, Whole
from training.tables import Dataset

LIBRARIES: Final = (
    "faiss-cpu", "lightfm-next", "lightgbm", "numpy", "polars", "scipy",
    "sentence-transformers", "torch",
)  # fmt: skip

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A data set made ready: what does not depend on which interactions are known.

    ``spread`` has them counted; ``kept`` holds results of a run that was killed; ``shape`` is what
    was chosen before and stays; ``threads`` teach the ranker.
    """

    data: Dataset
    catalogue: Catalogue
    credentials: IdMap
    learners: Learners
    known: Interactions
    test: Interactions | None
    config: Config
    spread: Spread = HERE
    kept: Kept = NOTHING
    shape: Shape | None = None
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained bundle in memory, with what is needed to write it and to fit it again, and the
    ranker's ``curve`` of learning (see ``ranking.Boosted``).
    """

    bundle: Bundle
    parts: Parts
    shape: Shape
    curve: Sequence[float] = ()

    @property
    def learning(self) -> dict[str, Any]:
        """NDCG@10 on what was held back as the models learned, JSON-ready: of the ``collaborative``
        model triples of learning rate, epoch and quality, of the ``ranker`` one figure a tree.
        """
        return {
            "collaborative": [list(check) for check in self.shape.checks],
            "ranker": list(self.curve),
        }


def prepare(
    data: Dataset,
    config: Config,
    embedder: Embedder | None,
    progress: Progress,
    spread: Spread = HERE,
    scratch: Path | None = None,
) -> Prepared:
    """Match, embed and relate the catalogue; turn learners and interactions into rows, which are
    kept in files below ``scratch``, if it is named, as long as the result is in use.
    """
    catalogue = knowledge.build(data, embedder, progress)
    credentials = IdMap(data.credentials["id"].to_list())
    roles = IdMap(data.roles["id"].to_list())
    with progress.stage("sort by learner", 0):
        learners = Learners.of(data, roles, catalogue.skill_rows)

        def rows(table: pl.LazyFrame, name: str) -> Interactions:
            folder = scratch and scratch / name
            return ondisk.interactions(table, learners.ids, credentials, folder, dated=data.dated)

        known = rows(data.acts, "known")
        as_written = order.as_written(data.acts, credentials)
        arrays = catalogue.arrays | {"place": order.places(known, as_written)}
        tested = data.test_interactions
        test = None if tested is None else rows(tested.lazy(), "test")
    with progress.stage("choose indexes", 0):
        chosen = asked.of_texts(catalogue.indexes, known)
    catalogue = replace(catalogue, arrays=arrays, indexes=chosen)
    return Prepared(data, catalogue, credentials, learners, known, test, config, spread)


def fit(prepared: Prepared, known: Interactions, seed: int, progress: Progress) -> Fitted:
    """Fit every model on the interactions ``known``; where nobody has met anything there is no
    collaborative one.

    Raises ``TrainingFailed`` when fitting diverges.
    """
    config = prepared.config
    kinds = config.held_kinds or held_kinds(known)
    item_features = item_features_of(prepared.catalogue)
    kept = prepared.kept

    def settings() -> Any:
        with progress.stage("choose settings", 0):
            return choose(known, item_features, config, seed).told()

    shape = prepared.shape or Shape.of(kept.plain("settings", settings))
    arrays = _kept_behaviour(prepared, known, shape, seed, progress, "fit base models")
    taught = teaching(prepared, known, shape, arrays, seed)
    boosted = ranking.Boosted(
        *kept.plain(
            "ranker",
            lambda: ranking.train(
                *taught, config, seed, progress, prepared.spread, prepared.threads
            ),
        )
    )
    fitted = _assembled(prepared, known, seed, arrays, boosted.text, kinds, shape)
    return replace(fitted, curve=boosted.curve)


def teaching(
    prepared: Prepared, known: Interactions, shape: Shape, arrays: Arrays, seed: int
) -> Teaching:
    """What teaches the ranker, of base models ``arrays`` fitted on ``known``."""
    kinds = prepared.config.held_kinds or held_kinds(known)
    asker = Asker(known, prepared.learners, kinds)
    met_at = np.flatnonzero(known.first_meetings())
    met = known.where(known.first_meetings())
    shell = _assembled(prepared, known, seed, arrays, None, kinds, shape, serving=False)

    def ask(bundle: Bundle, learner: int, position: int) -> Query:
        return asker.ask(bundle, learner, int(met_at[position]), float(met.at[position]))

    def fold_bundle(among: NDArray[np.bool_]) -> Whole:
        part = known.where(among[known.learner])
        arrays = base_models(prepared, part, shape, seed)
        indexes = asked.with_behaviour(prepared.catalogue, arrays, part, serving=False)
        return Whole(
            replace(shell.bundle, behaviour=behaviour(arrays), indexes=indexes),
            replace(shell.parts, arrays={**shell.parts.arrays, **arrays}, indexes=indexes),
        )

    return Teaching(met, ask, fold_bundle)


def refit(
    prepared: Prepared, fitted: Fitted, known: Interactions, seed: int, progress: Progress
) -> Fitted:
    """The same settings and ranker over base models that know ``known``: what was judged on a
    part of the interactions, made ready to be served with all of them.
    """
    name = "fit base models on everything"
    arrays = _kept_behaviour(prepared, known, fitted.shape, seed, progress, name)
    kinds = prepared.config.held_kinds or held_kinds(known)
    ranker = fitted.parts.ranker
    again = _assembled(prepared, known, seed, arrays, ranker, kinds, fitted.shape)
    return replace(again, curve=fitted.curve)


def _kept_behaviour(
    prepared: Prepared,
    known: Interactions,
    shape: Shape,
    seed: int,
    progress: Progress,
    name: str,
) -> Arrays:
    """What is kept as ``name``, or else fitted in a stage of that name."""

    def fitted() -> Arrays:
        with progress.stage(name, 0):
            return base_models(prepared, known, shape, seed)

    return prepared.kept.arrays(name, fitted)


def base_models(
    prepared: Prepared,
    known: Interactions,
    shape: Shape,
    seed: int,
) -> Arrays:
    """All that is fitted on the interactions ``known``, as arrays of a bundle. Raises
    ``TrainingFailed`` as ``fit`` does.
    """
    roles = prepared.learners.roles
    n_roles = prepared.data.roles.height
    arrays = base.fit(
        known, roles, n_roles, shape.ridge, prepared.spread, prepared.config, shape.half_life
    )
    if not arrays["learners_of"].any():  # a collaborative model has nothing to learn from yet
        return arrays
    model = collaborative.fit(
        known,
        item_features_of(prepared.catalogue),
        epochs=shape.pace.epochs,
        learning_rate=shape.pace.learning_rate,
        components=prepared.config.components,
        seed=seed,
    )
    factors = folding.factors(model, known, shape.way)
    return arrays | {
        "factors.vectors": np.asarray(factors.vectors),
        "factors.solver": factors.solver,
        "factors.folding": np.array(astuple(factors.folding)),
    }


def _assembled(
    prepared: Prepared,
    known: Interactions,
    seed: int,
    arrays: Arrays,
    ranker: str | None,
    kinds: tuple[Kind, ...],
    shape: Shape,
    *,
    serving: bool = True,
) -> Fitted:
    """The bundle in memory; one that is not for ``serving`` holds nobody's history."""
    catalogue, ids = prepared.catalogue, prepared.learners.ids if serving else ()
    told = known.among(0, len(ids))
    histories: Arrays = {
        "histories.indptr": told.indptr,
        "histories.credential": told.credential,
        "histories.kind": told.kind,
        "histories.at": told.at,
    }
    parts = Parts(
        arrays=catalogue.arrays | arrays | histories,
        tables=catalogue.tables | {"learners": {"id": list(ids)}},
        indexes=asked.with_behaviour(catalogue, arrays, known, serving=serving),
        ranker=ranker,
    )
    manifest = Manifest(
        bundle_version="unwritten", files={}, **facts(prepared, known, seed, parts, kinds)
    )
    return Fitted(assemble(manifest, parts, None), parts, shape)


def facts(
    prepared: Prepared,
    known: Interactions,
    seed: int,
    parts: Parts,
    kinds: tuple[Kind, ...],
) -> dict[str, Any]:
    """The manifest's fields that training knows, save when and how good."""
    data = prepared.data
    counts = {
        name: getattr(data, name).height for name in ("credentials", "skills", "roles", "learners")
    }
    return {
        "created_at": datetime.fromtimestamp(0, UTC).isoformat(),
        "data": {
            "hash": data.content_hash,
            "counts": counts | {"interactions": len(known)},
            "dated": known.dated,
            "last_at": known.period()[1] if known.dated and len(known) else None,
        },
        "config": prepared.config.model_dump(mode="json"),
        "seed": seed,
        "library_versions": {name: version(name) for name in LIBRARIES},
        "held_kinds": kinds,
        "kind_weights": kind_weights(prepared.config.kind_weights, known),
        "dims": {name: index.dim for name, index in parts.indexes.items()},
        "indexes": {name: index.facts for name, index in parts.indexes.items()},
        "features": FEATURES,
        "metrics": {},
    }
