"""Work on other processors and machines; the only door to Dask.

A worker runs the very functions that run here without it, so what comes back is equal. Parts are
handed over as files in a folder that every worker must see; when a worker is lost, what it had
not delivered is done again by another from the same file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from dask.distributed import Client, KilledWorker, LocalCluster

from models.errors import TrainingFailed, UsageError
from training.counts import Part
from training.spread import Item, Result, Spread

WAIT: str = "20s"
"""So long a scheduler has to answer."""


class Cluster(Spread):
    """The workers of one scheduler."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder

    def over(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[Result]:
        with tempfile.TemporaryDirectory(prefix="parts-", dir=self._folder) as scratch:
            files = [Path(scratch) / f"{number:05d}.npz" for number in range(len(parts))]
            for part, file in zip(parts, files, strict=True):
                part.save(file)
            yield from self.each(partial(_from_file, function), files)

    def each(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        # Not pure: Dask would take a file of the same name for the same work.
        waiting = self._client.map(function, items, pure=False)
        try:
            while waiting:
                yield waiting[0].result()
                waiting.pop(0)
        except KilledWorker as error:
            raise TrainingFailed(f"the cluster lost worker after worker: {error}") from error
        finally:
            self._client.cancel(waiting)


@contextmanager
def joined(address: str | None, workers: int | None, folder: Path) -> Iterator[Cluster]:
    """A cluster while the block runs: the scheduler at ``address``, or ``workers`` processes here.

    ``folder`` is where parts are handed over. Raises ``UsageError`` when nobody answers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()  # workers stand in folders of their own
    if address is not None:
        try:
            client = Client(address, timeout=WAIT)
        except (OSError, ValueError) as error:
            raise UsageError(f"no Dask scheduler answers at {address}: {error}") from error
        with client:
            yield Cluster(client, folder)
        return
    with (
        LocalCluster(
            n_workers=workers or 1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=str(folder),
        ) as own,
        Client(own) as client,
    ):
        yield Cluster(client, folder)


def _from_file(function: Callable[[Part], Result], file: Path) -> Result:
    return function(Part.load(file))
