"""One evaluation run, from a data folder to a report: the pipeline beside its baselines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from scipy.sparse import csr_array

from models.errors import UsageError
from training import coldstart, splits, tables
from training.baselines import ABSENT, BASELINES, Baseline, with_features
from training.config import Config
from training.contest import Contest
from training.diagnostics import diagnose
from training.embedder import embedder_of
from training.evaluate import ask_all, evaluate
from training.matrix import item_features_of
from training.pipeline import LIBRARIES, Prepared, fit, prepare
from training.progress import Progress
from training.review import review
from training.splits import Split
from training.tables import Dataset

SplitKind = Literal["last", "temporal", "given"]

FEATURED: Final = "lightfm_features"
"""The baseline that needs credentials with skills."""

AGAINST: Final = "against"
"""What the pipeline with other settings is called in a report."""


def compare(
    folder: Path,
    kind: SplitKind,
    baselines: Collection[str],
    config: Config,
    seed: int,
    progress: Progress,
    *,
    test: Path | None = None,
    cut: float | None = None,
    cache: Path | None = None,
    against: Config | None = None,
) -> dict[str, Any]:
    """Evaluate on the data in ``folder``; the report of ``training.evaluate``, JSON-ready.

    ``baselines`` are names, or ``{"all"}`` for whatever can run; ``absent`` in the report
    says which of those could not, and why; ``erased`` is how many learners asked to be forgotten
    and were left out. ``test`` is a file of test interactions for the split ``given``, ``cut`` the
    quantile of all times at which ``temporal`` cuts. ``against`` are other settings of the
    pipeline, a model of that name in the report. Raises ``UsageError`` for what cannot be done,
    before anything is fitted.
    """
    everything = set(baselines) == {"all"}
    if not everything:
        _check(baselines)
    if test is not None and kind != "given":
        raise UsageError(f"a file of test interactions has no use in the split '{kind}'")
    if cut is not None and kind != "temporal":
        raise UsageError(f"a cut has no use in the split '{kind}', but in 'temporal'")
    data = tables.load(folder, test=test)
    prepared = _prepared(data, config, cache, progress)
    split = split_of(prepared, kind, cut)
    features = item_features_of(prepared.catalogue)
    beside, absent = _runnable(features)
    if not everything:
        for name in baselines:
            if name in absent:
                raise UsageError(f"baseline '{name}' cannot run: {absent[name]}")
        beside, absent = {name: beside[name] for name in baselines}, {}
    # Two threads that share a core with the baselines' process would wait for each other.
    prepared = replace(prepared, threads=1 if beside else prepared.threads)
    with Contest.of(prepared, split, seed).meanwhile(beside) as entries:
        fitted = fit(prepared, split.train, seed, progress)
        others = {}
        if against is not None:
            other = replace(_prepared(data, against, cache, progress), threads=prepared.threads)
            served = fit(other, split.train, seed, progress).bundle
            others[AGAINST] = ask_all(other, served, split, progress).lists
        measured = evaluate(prepared, split, fitted.bundle, entries, seed, progress, beside=others)
    told = {} if against is None else {AGAINST: against.model_dump(mode="json")}
    return {
        **measured.report,
        "cold_start": coldstart.measure(
            prepared, fitted.bundle, split, measured.report["params"], seed, progress
        ),
        "diagnostics": diagnose(prepared, fitted.bundle, split, seed, progress),
        "absent": absent,
        "erased": data.erased,
        **circumstances(prepared),
        **review(prepared, fitted, split, measured, seed, progress),
        **told,
    }


def _prepared(data: Dataset, config: Config, cache: Path | None, progress: Progress) -> Prepared:
    return prepare(data, config, embedder_of(config, cache), progress)


def _check(names: Collection[str]) -> None:
    known = {*BASELINES, *ABSENT, FEATURED}
    for name in names:
        if name not in known:
            expected = ", ".join(sorted(known))
            raise UsageError(f"unknown baseline '{name}': expected all, none or some of {expected}")
        if name in ABSENT:
            raise UsageError(f"baseline '{name}' cannot run: {ABSENT[name]}")


def split_of(prepared: Prepared, kind: SplitKind, cut: float | None = None) -> Split:
    """The split of that name; ``temporal`` is at the quantile ``cut`` of all times, or the usual
    one. Raises ``UsageError`` where it leaves nobody to ask.
    """
    if kind == "given":
        if prepared.test is None:
            raise UsageError("the split 'given' needs a table test_interactions, or --test FILE")
        split = splits.given(prepared.known, prepared.test)
    else:
        split = (
            splits.last(prepared.known)
            if kind == "last"
            else splits.temporal(prepared.known, splits.CUT if cut is None else cut)
        )
    if not len(split):
        raise UsageError(f"the split '{kind}' leaves no learner to ask: too little history")
    return split


def circumstances(prepared: Prepared) -> dict[str, Any]:
    """What was measured on and with: the names are those of a bundle's manifest."""
    data, known = prepared.data, prepared.known
    tables = ("credentials", "skills", "roles", "learners")
    counts = {name: getattr(data, name).height for name in tables}
    dates = None
    if known.dated and len(known):
        dates = [f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}" for at in known.period()]
    return {
        "data": {
            "hash": data.content_hash,
            "counts": counts | {"interactions": len(known)},
            "dates": dates,
        },
        "config": prepared.config.model_dump(mode="json"),
        "library_versions": {name: version(name) for name in LIBRARIES},
    }


def _runnable(features: csr_array | None) -> tuple[dict[str, Baseline], dict[str, str]]:
    """Baselines that can run on the data, and why others cannot."""
    if features is None:
        return dict(BASELINES), {**ABSENT, FEATURED: "no credential has a known skill"}
    return dict(with_features(features)), dict(ABSENT)
