"""The process that writes a run down: the only module that imports MLflow.

It reads orders as JSON lines from standard input and carries them out one after the other. Input
that ends without the order to end the run means that the run was killed. What went wrong is said
once, on standard output; nobody's work depends on it.
"""

from __future__ import annotations

import fcntl
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

MODEL: Final = "cairn"
CHAMPION: Final = "champion"
VERSION_TAG: Final = "bundle_version"
LONGEST: Final = 500
"""So much of a text is kept as a parameter or tag."""

TOGETHER: Final = 100
"""So many parameters, and ten times so many figures, are taken by MLflow at once."""


class Scribe:
    """One run in the store at ``uri``.

    ``folder`` (absolute) holds a local store's artifacts, and a locked file for each run being
    written: a file that nobody locks is of a run that was killed together with its scribe.
    """

    def __init__(self, uri: str, folder: str, experiment: str) -> None:
        self._uri, self._folder = uri, Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self._folder / "lock"):  # two at once would both make the tables
            self._client = MlflowClient(uri)
            known = self._client.get_experiment_by_name(experiment)
            local = (self._folder / "artifacts").as_uri() if uri.startswith("sqlite:") else None
            self._experiment = (
                self._client.create_experiment(experiment, artifact_location=local)
                if known is None
                else known.experiment_id
            )
        self._run = ""

    def begin(self, kind: str) -> None:
        """Begin a run, and end those that were killed with their scribe."""
        self._bury()
        self._run = self._client.create_run(
            self._experiment, run_name=kind, tags={"kind": kind}
        ).info.run_id
        self._mark = (self._folder / f"running-{self._run}").open("w")
        fcntl.flock(self._mark, fcntl.LOCK_EX)
        self._mark.write(self._uri)
        self._mark.flush()

    def params(self, values: dict[str, str]) -> None:
        """Keep settings and facts."""
        told = [Param(name, value[:LONGEST]) for name, value in values.items()]
        for start in range(0, len(told), TOGETHER):
            self._client.log_batch(self._run, params=told[start : start + TOGETHER])

    def tags(self, values: dict[str, str]) -> None:
        """Keep what may change."""
        told = [RunTag(name, value[:LONGEST]) for name, value in values.items()]
        self._client.log_batch(self._run, tags=told)

    def metrics(self, values: list[tuple[str, int, float]]) -> None:
        """Keep figures: name, step, value."""
        now = int(time.time() * 1000)
        told = [Metric(name, value, now, step) for name, step, value in values]
        for start in range(0, len(told), 10 * TOGETHER):
            self._client.log_batch(self._run, metrics=told[start : start + 10 * TOGETHER])

    def text(self, name: str, text: str) -> None:
        """Keep a text as a file."""
        self._client.log_text(self._run, text, name)

    def bundle(self, version: str, manifest: str) -> None:
        """Keep a bundle's manifest, and enter it as a version of the model."""
        self._client.log_text(self._run, manifest, "bundle/manifest.json")
        if not self._client.search_registered_models(f"name = '{MODEL}'"):
            self._client.create_registered_model(MODEL)
        source = f"{self._client.get_run(self._run).info.artifact_uri}/bundle"
        tags = {VERSION_TAG: version}
        self._client.create_model_version(MODEL, source, self._run, tags)

    def champion(self, version: str) -> None:
        """Give the alias to the latest model version of a bundle, if there is one."""
        found = self._client.search_model_versions(f"name = '{MODEL}'")
        known = [int(each.version) for each in found if each.tags.get(VERSION_TAG) == version]
        if known:
            self._client.set_registered_model_alias(MODEL, CHAMPION, str(max(known)))

    def end(self, status: str) -> None:
        """End the run: FINISHED, FAILED or KILLED."""
        self._client.set_terminated(self._run, status)
        Path(self._mark.name).unlink()
        self._mark.close()

    def _bury(self) -> None:
        for path in self._folder.glob("running-*"):
            with path.open() as mark:
                try:
                    fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                if mark.read() != self._uri:
                    continue  # of another store
            run = path.name.removeprefix("running-")
            if self._client.get_run(run).info.status == "RUNNING":
                self._client.set_terminated(run, "KILLED")
            path.unlink()


def obey(orders: Iterator[str]) -> None:
    """Carry out orders until one ends the run or they end."""
    scribe = Scribe(**json.loads(next(orders)))
    begun = False
    for line in orders:
        order: dict[str, Any] = json.loads(line)
        name = order.pop("do")
        getattr(scribe, name)(**order)
        begun = name == "begin" or (begun and name != "end")
    if begun:
        scribe.end("KILLED")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        obey(iter(sys.stdin))
    except Exception as fault:  # whatever it was, nobody's work depends on it
        print(f"{type(fault).__name__}: {fault}".splitlines()[0])
        sys.exit(1)
