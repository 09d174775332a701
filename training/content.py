"""What a set of tables says, as one hash: independent of file format, chunks and library."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, Protocol

import polars as pl

BLOCK: Final = 1 << 20
"""Rows hashed at a time, which bounds the memory needed."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def content_hash(tables: Mapping[str, pl.DataFrame | pl.LazyFrame]) -> str:
    """SHA-256 (hex) over the tables' names, columns, values and their order."""
    digest = hashlib.sha256()
    for name, table in tables.items():
        frame = table.lazy()
        height = frame.select(pl.len()).collect().item()
        digest.update(f"{name}:{height};".encode())
        for column in frame.collect_schema().names():
            digest.update(f"{column}:".encode())
            for start in range(0, height, BLOCK):
                _add(digest, frame.select(column).slice(start, BLOCK).collect()[column])
    return digest.hexdigest()


def _add(digest: _Hash, series: pl.Series) -> None:
    """Nulls, then the values with nulls left out, so that hidden bytes never count."""
    digest.update(series.is_null().to_numpy().tobytes())
    values = series.drop_nulls()
    if isinstance(values.dtype, pl.List):
        _add(digest, values.list.len())
        entries = values.filter(values.list.len() > 0).explode()
        _add(digest, entries)
    elif isinstance(values.dtype, pl.Struct):
        for field in values.dtype.fields:
            _add(digest, values.struct.field(field.name))
    elif values.dtype == pl.String:
        digest.update(values.str.len_bytes().to_numpy().tobytes())
        digest.update(values.str.join().item().encode())
    elif values.dtype.is_float():
        digest.update((values.to_numpy() + 0.0).tobytes())  # minus zero is zero
    else:
        digest.update(values.to_physical().to_numpy().tobytes())
