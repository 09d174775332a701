"""The tables of a bundle: Parquet, and beside those that grow with the catalogue their columns as
arrays, which are mapped.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import numpy as np
from arro3.core import Array, DataType, Table
from arro3.io import read_parquet, write_parquet
from numpy.typing import NDArray

from models import columns
from models.columns import Columns
from models.errors import BundleCorrupt

MAPPED: Final = ("credentials", "learners")
"""The tables that grow with the catalogue or with those who learn."""


def write_table(table: Columns, path: Path) -> None:
    """Write columns of equal length to a Parquet file: of numbers, or else of text; ``None`` is
    null.
    """
    arrays: dict[str, Any] = {}
    for name, values in table.items():
        numeric = all(value is None or isinstance(value, int | float) for value in values)
        kind = DataType.float64() if numeric and name != "id" else DataType.utf8()
        arrays[name] = Array(list(values), type=kind)
    write_parquet(Table.from_pydict(arrays), path, compression="zstd(3)")


def credential_ids(folder: Path) -> list[str]:
    """The ids of a bundle's credentials, nothing else of it being read or checked.

    Raises ``BundleCorrupt`` when they cannot be read.
    """
    try:
        return list(_read_parquet(folder / "tables" / "credentials.parquet")["id"])
    except KeyError as error:
        raise BundleCorrupt(
            f"bundle {folder} is corrupt: its credentials cannot be read"
        ) from error


def read_table(folder: Path, name: str, files: Collection[str]) -> Columns:
    """A table of a bundle that holds ``files``; as arrays where it is large.

    Raises ``BundleCorrupt`` where it cannot be read.
    """
    path, begin = folder / "tables" / f"{name}.parquet", f"columns/{name}."
    if name not in MAPPED:
        return _read_parquet(path)
    parts = {
        each.removeprefix(begin).removesuffix(".npy"): read_array(folder / each)
        for each in files
        if each.startswith(begin)
    }
    try:
        return columns.mapped(parts) if parts else columns.derived(_read_parquet(path))
    except (KeyError, ValueError) as error:
        raise BundleCorrupt(f"{path} and its columns do not go together: {error}") from error


def write_columns(table: Columns, name: str, folder: Path) -> None:
    """Write the arrays of a table of that name where ``read_table`` finds them."""
    for part, array in columns.arrays_of(table).items():
        np.save(folder / "columns" / f"{name}.{part}.npy", array, allow_pickle=False)


def read_array(path: Path) -> NDArray[Any]:
    """An array of a file, mapped and read-only."""
    # The plain view stays mapped, and slices far faster than np.memmap itself.
    plain: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return plain


def _read_parquet(path: Path) -> dict[str, list[Any]]:
    try:
        table = read_parquet(path).read_all()
    except BaseException as error:
        # Some damage makes arro3 panic, for which it has no exception that could be named.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise BundleCorrupt(f"{path} is corrupt: it cannot be read as Parquet") from error
    return {name: list(table.column(name).to_pylist()) for name in table.column_names}
