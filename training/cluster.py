"""Work on other processors and machines; the only door to Dask.

A worker runs the very functions that run here without it, so what comes back is equal. Parts and
bundles are handed over as files in a folder that every worker must see; when a worker is lost, what
it had not delivered is done again by another from the same file.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from dask.distributed import Client, Future, KilledWorker, LocalCluster

from models import bundle
from models.bundle import Bundle
from models.errors import TrainingFailed, UsageError
from training.counts import Part
from training.spread import Item, Result, Spread, Whole

WAIT: str = "20s"
"""So long a scheduler has to answer."""

AHEAD: Final = 2
"""So many items a processor are handed over before their results are fetched: while one is worked
on the next is there. What waits here is not in anybody's memory.
"""


class Cluster(Spread):
    """The workers of one scheduler."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder

    def over(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        with self._scratch() as scratch:
            yield from self.each(partial(_from_file, function), _files(parts, scratch))

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        coming = iter(items)
        waiting: deque[Future[Result]] = deque()
        try:
            while True:
                ahead = AHEAD * max(1, sum(self._client.nthreads().values()))
                for item in islice(coming, max(0, ahead - len(waiting))):
                    # Not pure: Dask would take a file of the same name for the same work.
                    waiting.append(self._client.submit(function, item, pure=False))
                if not waiting:
                    return
                yield waiting[0].result()
                waiting.popleft()
        except KilledWorker as error:
            raise TrainingFailed(f"the cluster lost worker after worker: {error}") from error
        finally:
            self._client.cancel(list(waiting))

    @contextmanager
    def lending(self, whole: Whole) -> Iterator[Callable[[], Bundle]]:
        facts = whole.bundle.manifest.model_dump(exclude={"bundle_version", "files"})
        with self._scratch() as scratch:
            written = bundle.write(whole.parts, facts, scratch)
            # It was summed up when it was written, and every worker reads it many times.
            yield partial(bundle.read, written, checked=True)

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="parts-", dir=self._folder) as scratch:
            yield Path(scratch)


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
            dashboard_address="127.0.0.1:0",  # where nothing else is
            local_directory=str(folder),
        ) as own,
        Client(own) as client,
    ):
        yield Cluster(client, folder)


def _files(parts: Iterable[Part], folder: Path) -> Iterator[Path]:
    for number, part in enumerate(parts):
        file = folder / f"{number:05d}.npz"
        part.save(file)
        yield file


def _from_file(function: Callable[[Part], Result], file: Path) -> Result:
    return function(Part.load(file))
