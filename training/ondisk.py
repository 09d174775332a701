"""Histories of which there are more than memory holds, as arrays that are files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.ids import IdMap
from training.interactions import Interactions
from training.learners import Rows
from training.learners import interactions as in_memory

AT_ONCE: Final = 1_000_000
"""About so many interactions are in memory at once."""

MOST: Final = 500
"""At most so many files are open at once; beyond that many times ``AT_ONCE`` more is in memory."""

ROW: Final = np.dtype(
    [("learner", np.int32), ("credential", np.int32), ("at", np.float64), ("kind", np.uint8),
     ("value", np.float32)]
)  # fmt: skip


def interactions(
    table: pl.LazyFrame, learners: IdMap, credentials: IdMap, folder: Path | None, *, dated: bool
) -> Interactions:
    """What ``learners.interactions`` makes of the table, its arrays files below ``folder``, which
    must stay; in memory where no folder is named.

    Rows go to files by range of learners, in their order; then each range is sorted by itself.
    """
    if folder is None:
        return in_memory(table, learners, credentials, dated=dated)
    folder.mkdir(parents=True)
    n = len(learners)
    rows = int(table.select(pl.len()).collect().item())
    ranges = min(max(1, -(-rows // AT_ONCE)), MOST, max(1, n))
    cuts = np.linspace(0, n, ranges + 1).astype(np.int64)
    files = [folder / f"{number:03}.rows" for number in range(ranges)]
    _scatter(table, Rows.of(learners, credentials), cuts, files)
    lengths = [np.zeros(1, np.int64)]
    columns = [name for name in ROW.names or () if name != "learner"]
    with ExitStack() as opened:
        whole = {name: opened.enter_context((folder / name).open("wb")) for name in columns}
        of = opened.enter_context((folder / "learner").open("wb"))
        for first, last, file in zip(cuts[:-1].tolist(), cuts[1:].tolist(), files, strict=True):
            part = np.fromfile(file, ROW)
            file.unlink()
            built = Interactions.build(
                part["learner"] - np.int32(first),
                **{name: np.ascontiguousarray(part[name]) for name in columns},
                n_learners=last - first,
                n_credentials=len(credentials),
                dated=dated,
            )
            (built.learner + np.int32(first)).tofile(of)
            for name in columns:
                getattr(built, name).tofile(whole[name])
            lengths.append(np.diff(built.indptr))
    return Interactions(
        **{name: _mapped(folder / name, ROW[name]) for name in ("learner", *columns)},
        indptr=np.cumsum(np.concatenate(lengths)),
        n_credentials=len(credentials),
        dated=dated,
    )


def _scatter(table: pl.LazyFrame, rows: Rows, cuts: NDArray[np.int64], files: list[Path]) -> None:
    with ExitStack() as opened:
        ranges = [opened.enter_context(file.open("wb")) for file in files]
        batches = table.collect_batches(chunk_size=AT_ONCE, maintain_order=True, engine="streaming")
        for batch in batches:
            found = rows.to(batch.lazy())
            part = np.empty(found.height, ROW)
            for name in ROW.names or ():
                part[name] = found[name].to_numpy()
            which = np.searchsorted(cuts, part["learner"], side="right") - 1
            part = part[np.argsort(which, kind="stable")]
            ends = np.cumsum(np.bincount(which, minlength=len(files)))
            for file, end, start in zip(ranges, ends, [0, *ends[:-1]], strict=True):
                part[start:end].tofile(file)


def _mapped(path: Path, dtype: np.dtype[Any]) -> NDArray[Any]:
    if not path.stat().st_size:  # of nothing there is no map
        return np.zeros(0, dtype)
    return np.asarray(np.memmap(path, dtype, mode="r"))
