"""Whether the order of the catalogue means anything.

Parts of a series mostly stand together in a catalogue, so its order is worth learning from. But a
table of credentials may have been made from the very histories, in the order in which they
name them; then neighbours in it only repeat who did what next, and hold even what is to be
foretold. Such an order is recognised and not used.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.ids import IdMap
from training.interactions import Interactions
from training.learners import row_of

REPEATED: Final = 0.9
"""An order in which more than this share of neighbours follow each other as the histories first
name them was made from the histories."""

NOWHERE: Final[NDArray[np.int32]] = np.zeros(0, np.int32)
"""Stands for an order that means nothing."""


def as_written(table: pl.LazyFrame, credentials: IdMap) -> NDArray[np.int32]:
    """The credential rows of a table of interactions in its own order."""
    return row_of(table, "credential_id", credentials)


def places(known: Interactions, as_written: NDArray[np.int32]) -> NDArray[np.int32]:
    """Each credential's place in the catalogue ``(n,)``, or none ``(0,)``.

    ``as_written`` is that of the interactions ``known``.
    """
    scans = [known.credential]
    if known.dated:
        scans.append(known.credential[np.argsort(known.at, kind="stable")])
    if not _grouped(as_written):
        scans.append(as_written)
    if any(_in_order(scan) > REPEATED for scan in scans):
        return NOWHERE
    return np.arange(known.n_credentials, dtype=np.int32)


def _grouped(scan: NDArray[np.int32]) -> bool:
    """Whether a table is sorted by credential: it names them in their order, whatever that is."""
    runs = np.count_nonzero(np.diff(scan)) + 1 if len(scan) else 0
    return runs == len(np.unique(scan))


def _in_order(scan: NDArray[np.int32]) -> float:
    """Share of neighbours in the catalogue, among the credentials named, of which the first is
    also named first.
    """
    _, first = np.unique(scan, return_index=True)
    return float((np.diff(first) > 0).mean()) if len(first) > 1 else 0.0
