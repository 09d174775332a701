"""One run of the loop: export → merge → train → gate → promote.

What a stage told is kept once it has ended, so that a run that was killed goes on with the stage
that had not. A stage that is done over changes nothing: exported events are a copy, a bundle is
there whole or not at all, and the pointer to what is served moves in one step, the very last.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from models.bundle import registry
from models.errors import BundleCorrupt, NotPromoted, TrainingFailed, UsageError
from training import gate
from training.config import Config
from training.kept import Kept, place
from training.retraining.alone import alone
from training.retraining.merging import merge

STATUS: Final = "retrain.json"
STAGES: Final = ("export", "merge", "train", "gate", "promote")

BEYOND_HELP: Final = (UsageError, TrainingFailed, BundleCorrupt)
"""What another attempt with the same data would end with again."""

Told = dict[str, Any]
Export = Callable[[Path], Told]
Train = Callable[[Path], Told]
Promote = Callable[[str], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What to retrain: the platform's ``data`` folder, whose events, into which registry, how."""

    data: Path
    tenant: str
    root: Path
    config: Config
    seed: int
    on_bad_row: Literal["fail", "skip"] = "fail"

    def told(self) -> Told:
        """As JSON holds it: runs of which this is the same are one run."""
        return {
            "data": str(self.data.resolve()),
            "tenant": self.tenant,
            "root": str(self.root.resolve()),
            "config": self.config.model_dump(mode="json"),
            "seed": self.seed,
            "on_bad_row": self.on_bad_row,
        }


def retrain(
    job: Job,
    work: Path,
    export: Export,
    train: Train,
    promote: Promote,
    *,
    anew: bool,
    now: Callable[[], datetime],
    say: Say,
) -> str | None:
    """Run the loop once, in the folder ``work`` that is its own; returns the version now current,
    ``None`` when there was nothing new to learn from.

    ``export`` writes the events to a folder, ``train`` makes a bundle of a folder and tells its
    ``bundle`` (the version), ``promote`` makes a version current; the first two tell what they did
    as JSON holds it. To begin ``anew`` is to forget a run that was killed. ``say`` is told what
    happens. Raises ``NotPromoted`` when the gate refuses, ``Busy`` when another process is at it,
    and what the stages raise.
    """
    with alone(work):
        folder = place(work, job.told())
        for other in work.glob("*kept-*"):
            if anew or other != folder:
                shutil.rmtree(other)  # of another job, or of other code: nobody goes on with it
        kept = Kept(folder)
        status = _Status(work / STATUS, kept, now, say)
        try:
            return _run(job, folder, status, export, train, promote)
        except BEYOND_HELP as error:
            status.end("failed", str(error))
            raise


def _run(
    job: Job, folder: Path, status: _Status, export: Export, train: Train, promote: Promote
) -> str | None:
    events, data = folder / "events", folder / "data"
    status.stage("export", lambda: export(events))

    def merged() -> Told:
        told = merge(job.data, events, data, job.on_bad_row)
        # Asked once: what this run promotes itself, before it is killed, is no news to it.
        return told | {"new": _is_new(job, told)}

    if not status.stage("merge", merged)["new"]:
        status.end("nothing new", "what is served was made of these very data and settings")
        return None
    version = str(status.stage("train", lambda: train(data))["bundle"])
    faults = status.stage("gate", lambda: {"faults": _faults(job, version)})["faults"]
    if faults:
        said = f"{version} is not promoted, but kept for inspection: " + "; ".join(faults)
        status.end("not promoted", said)
        raise NotPromoted(said)

    def promoted() -> Told:
        promote(version)
        return {"bundle": version}

    status.stage("promote", promoted)
    status.end("promoted", f"{version} is now the current bundle of {job.root}")
    return version


class _Status:
    """Does each stage once, and tells whoever looks at ``path`` where the run is."""

    def __init__(self, path: Path, kept: Kept, now: Callable[[], datetime], say: Say) -> None:
        self._path, self._kept, self._now, self._say = path, kept, now, say
        self._told: Told = {"begun": now().isoformat(), "process": os.getpid(), "stages": {}}

    def stage(self, name: str, make: Callable[[], Told]) -> Told:
        """What the stage told, now or before the run was killed."""
        done = True

        def made() -> Told:
            nonlocal done
            done = False
            self._write(stage=name)
            self._say(f"{name} …")
            return make()

        told: Told = self._kept.plain(name, made)
        self._say(f"{name}: " + ("done before; " if done else "") + _words(told))
        self._told["stages"][name] = told
        return told

    def end(self, outcome: str, said: str) -> None:
        """Nothing is left to go on with."""
        self._write(outcome=outcome, said=said, ended=self._now().isoformat())
        self._kept.forget()
        self._say(f"{outcome}: {said}")

    def _write(self, **more: object) -> None:
        scratch = self._path.with_suffix(".writing")
        scratch.write_text(json.dumps({**self._told, **more}, indent=2) + "\n")
        scratch.replace(self._path)


def _words(told: Told) -> str:
    return ", ".join(f"{name} {value}" for name, value in told.items()) or "done"


def _is_new(job: Job, merged: Told) -> bool:
    current = registry.served(job.root)
    if current is None:
        return True
    made = current.manifest
    return (made.data.hash, made.config, made.seed) != (
        merged["hash"],
        job.config.model_dump(mode="json"),
        job.seed,
    )


def _faults(job: Job, version: str) -> list[str]:
    """Why the version must not take the place of what is current, judged anew: since it was
    trained, somebody may have promoted another.
    """
    made, current = registry.about(job.root, version), registry.current(job.root)
    report = made.metrics if "models" in made.metrics else None
    beside = (report or {}).get("served")
    if beside is not None and beside["version"] != current:
        return [f"it was compared with {beside['version']}, and {current} is now served"]
    return gate.verdict(
        report, made.credentials, registry.served(job.root), job.config.largest_disparity,
        interactions=made.manifest.data.counts["interactions"],
    )  # fmt: skip
