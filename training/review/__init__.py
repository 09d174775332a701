"""What a report shows beside the figures: how the models learned, a map, the worst answers, paths,
and the data that all of it rests on.
"""

from __future__ import annotations

from typing import Any

from training.evaluate import Evaluation
from training.learners import Asker
from training.paths import plan_all
from training.pipeline import Fitted, Prepared
from training.progress import Progress
from training.review import atlas, inputs, worst
from training.splits import Split

__all__ = ["review"]


def review(
    prepared: Prepared,
    fitted: Fitted,
    split: Split,
    measured: Evaluation,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """All of it, JSON-ready; ``fitted`` knows the split's training part and was ``measured``."""
    bundle = fitted.bundle
    asker = Asker(split.train, prepared.learners, bundle.manifest.held_kinds)
    planned = plan_all(asker, bundle, split, seed, progress)
    with progress.stage("review", 0):
        return {
            "learning": fitted.learning,
            "map": atlas.drawn(bundle, seed),
            "worst": worst.cases(prepared, asker, bundle, split, measured),
            "paths": None if planned is None else planned.told(),
            "inputs": inputs.told(prepared.data, prepared.known.period()),
        }
