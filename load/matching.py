"""How well skills are found in sentences: ``python -m load.matching --json F``.

Beside what is served stands the plain way, the label nearest in meaning by the same text model. By
default sentences written for this are read, with the sample's skills and, where ESCO is there,
with its; ``--test FILE`` reads your own. Nothing is learned from them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from load.labelled import Labelled, read
from models.encoder import QUICK_FILE, TextEncoder
from models.errors import CairnError
from models.index import VectorIndex
from models.skill_matcher import Nearest, SkillMatcher
from models.words import words
from training import importers, sample, skill_matching
from training.embedder import Embedder
from training.framework import Framework
from training.matching import Names
from training.metrics import interval, paired
from training.progress import Progress, on
from training.settings import Settings
from training.writing import existing

SENTENCES: Final = Path(__file__).parent / "sentences"
DEEPEST: Final = 1_000
"""A skill found later than this counts as not found."""
FIRST: Final = 5
SEED: Final = 1
TIMED: Final = 200

Find = Callable[[str], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Ways:
    """Two ways from a sentence to skills, best first, over ``skills`` skills that ``known`` names;
    what the first learned took ``seconds``.
    """

    cairn: Find
    plain: Find
    known: Names
    skills: int
    seconds: float


def main() -> int:
    """Measure; the file is written at the end."""
    chosen = _arguments()
    report: dict[str, Any] = {"sets": {}}
    with (
        threadpool_limits(1),
        tempfile.TemporaryDirectory() as scratch,
        on(Console(stderr=True)) as progress,
    ):
        try:
            for name, folder, files in _worlds(chosen, Path(scratch)):
                ways = _ways(folder, Path(scratch), progress)
                for file in files:
                    found = _measured(ways, read(file, ways.known), chosen.quick)
                    report["sets"][file.stem] = {"framework": name, **found}
        except CairnError as error:
            print(f"load.matching: {error}", file=sys.stderr)
            return error.exit_code
    Console(width=120).print(_table(report["sets"]))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


def _worlds(
    chosen: argparse.Namespace, scratch: Path
) -> Iterator[tuple[str, Path, Sequence[Path]]]:
    """Frameworks, each with files of sentences about its skills."""
    if chosen.skills is not None:
        yield chosen.skills.name, chosen.skills, chosen.test
        return
    esco = chosen.data / "esco_1_1_1"
    if not chosen.test:
        yield "sample", sample.PATH, [SENTENCES / "sample.jsonl"]
    if esco.is_dir() and (chosen.test or not chosen.quick):
        importers.run("esco", esco, scratch / "esco")
        ours = [SENTENCES / "esco-chosen.jsonl", SENTENCES / "esco-fresh.jsonl"]
        yield "ESCO", scratch / "esco", chosen.test or ours
    elif chosen.test:
        raise CairnError(f"{esco} is not there: name a folder of skills with --skills")


def _ways(folder: Path, scratch: Path, progress: Progress) -> Ways:
    embedder = Embedder(Settings().cache)
    framework = Framework.of(existing(folder))
    with progress.stage("embed skills", len(framework.labels)) as advance:
        labels = embedder.encode(framework.labels, advance)
    began = time.perf_counter()
    arrays = skill_matching.fit(framework, labels, embedder, progress)
    seconds = time.perf_counter() - began
    embedder.export(scratch)
    quick, whole = TextEncoder(scratch, graph=QUICK_FILE), TextEncoder(scratch)
    learned, nearest = SkillMatcher.mapped(arrays), Nearest(VectorIndex.build(labels))
    assert learned is not None  # noqa: S101 - there is an embedder

    def cairn(sentence: str) -> NDArray[np.int64]:
        keys = [word.key for word in words(sentence)]
        rows, _ = learned.best(quick.encode([sentence]), [keys], DEEPEST)
        return np.asarray(rows[0])

    def plain(sentence: str) -> NDArray[np.int64]:
        rows, _ = nearest.best(whole.encode([sentence]), [], DEEPEST)
        return np.asarray(rows[0])

    return Ways(cairn, plain, framework.names(), len(labels), seconds)


def _measured(ways: Ways, given: Labelled, quick: bool) -> dict[str, Any]:
    if not given.sentences:
        raise CairnError("no sentence of the set names a skill that is known")
    timed = given.sentences[: TIMED // 4 if quick else TIMED]
    figures = {name: _judged(getattr(ways, name), given) for name in ("cairn", "plain")}
    times = {name: _milliseconds(getattr(ways, name), timed) for name in figures}
    return {
        "sentences": len(given.sentences),
        "left_out": given.left_out,
        "unknown_labels": given.unknown,
        "skills": ways.skills,
        "learned_in_s": round(ways.seconds, 1),
        "models": {name: _told(found) for name, found in figures.items()},
        "paired": {
            name: list(paired(figures["cairn"][name], figures["plain"][name], SEED))
            for name in figures["cairn"]
        },
        "ms_p50": {name: took[0] for name, took in times.items()},
        "cpu_ms_p50": {name: took[1] for name, took in times.items()},
    }


def _judged(find: Find, given: Labelled) -> dict[str, NDArray[np.float64]]:
    """Of each sentence the reciprocal rank of the first right skill, and R-precision@5: how many of
    the first five are right, of those that there are, five at most.
    """
    ranks, precise = [], []
    for sentence, right in zip(given.sentences, given.skills, strict=True):
        hits = np.isin(find(sentence), list(right))
        ranks.append(1 / (1 + hits.argmax()) if hits.any() else 0.0)
        precise.append(hits[:FIRST].sum() / min(FIRST, len(right)))
    return {"mrr": np.array(ranks), "rp@5": np.array(precise)}


def _told(found: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    intervals = {name: list(interval(values, SEED)) for name, values in found.items()}
    return {**{name: float(values.mean()) for name, values in found.items()}, "ci": intervals}


def _milliseconds(find: Find, sentences: Sequence[str]) -> tuple[float, float]:
    """The medians over sentences, each read alone: by the clock, and of the one core's time, which
    what else the machine does hardly changes.
    """
    took = []
    for sentence in sentences:
        began = time.perf_counter(), time.process_time()
        find(sentence)
        took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    by_clock, of_core = np.median(took, axis=0)
    return round(1e3 * by_clock, 2), round(1e3 * of_core, 2)


def _table(sets: dict[str, Any]) -> Table:
    table = Table(title="Skills found in sentences; better by: paired, 95 %")
    for name in (
        "set",
        "sentences",
        "skills",
        "model",
        "MRR",
        "better by",
        "RP@5",
        "better by",
        "core ms",
    ):
        table.add_column(name, justify="left" if name in ("set", "model") else "right")
    for name, told in sets.items():
        for model, found in told["models"].items():
            better = {
                key: "{:+.3f}…{:+.3f}".format(*told["paired"][key]) if model == "plain" else ""
                for key in ("mrr", "rp@5")
            }
            table.add_row(
                name, str(told["sentences"]), f"{told['skills']:,}", model,
                f"{found['mrr']:.3f}", better["mrr"], f"{found['rp@5']:.3f}", better["rp@5"],
                f"{told['cpu_ms_p50'][model]:.1f}",
            )  # fmt: skip
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.matching", description=__doc__)
    parser.add_argument("--test", type=Path, nargs="+", default=[], metavar="FILE",
                        help="JSON lines or CSV: sentence, labels")  # fmt: skip
    parser.add_argument("--skills", type=Path, metavar="DATA",
                        help="folder with tables of skills and roles; default: ESCO")  # fmt: skip
    parser.add_argument("--data", type=Path, help="folder of originals, with esco_1_1_1",
                        default=Path(os.environ.get("CAIRN_DATA", "../shared/data")))  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="without ESCO, unless for --test")
    parser.add_argument("--json", type=Path, help="file for all figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
