"""A process beside this one, for long work of which only the result is wanted."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Thread


@contextmanager
def process() -> Iterator[ProcessPoolExecutor]:
    """One process that does one thing after the other. It ends with the block, at once where that
    fails, and with this process, however that ends.
    """
    context = multiprocessing.get_context("forkserver")
    theirs, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(1, context, _heed, (theirs,))
    try:
        yield pool
        pool.shutdown()
    finally:
        ours.close()
        pool.shutdown(cancel_futures=True)
        theirs.close()


def _heed(told: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it is told, and ends it
    Thread(target=_end, args=(told,), daemon=True).start()


def _end(told: Connection) -> None:
    """Wait until nobody is left at the other end."""
    told.poll(None)
    os._exit(1)
