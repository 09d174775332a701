"""Strings as two arrays that may be memory-mapped; one becomes an object when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

UNKNOWN: Final = b"\xff"
"""Stands for ``None``: no text in UTF-8 holds this byte."""

LATELY: Final = 4096
"""So many texts of a column are kept as objects once they were asked for: answers name the same
few again and again.
"""

Arrays = dict[str, NDArray[Any]]


class Texts:
    """A column of ``n`` texts, of which each may be ``None``.

    ``offsets`` (int64, ``n + 1``) delimits each one's slice of ``content`` (uint8), in UTF-8.
    Raises ``ValueError`` where they are not of that type or do not fit each other.
    """

    __slots__ = ("_bytes", "_content", "_ends", "_lately", "_offsets")

    def __init__(self, offsets: NDArray[np.int64], content: NDArray[np.uint8]) -> None:
        _check(offsets, np.int64)
        _check(content, np.uint8)
        if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(content):
            raise ValueError("offsets of texts do not fit their content")
        self._offsets, self._content = offsets, content
        # Of single entries these views are read several times as fast.
        self._ends, self._bytes = offsets.data, content.data
        self._lately: dict[int, str | None] = {}

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        """With the texts of an iterable."""
        return cls(**_packed(_encoded(values)))

    @classmethod
    def mapped(cls, arrays: Arrays) -> Self:
        """With arrays as ``arrays`` gave them."""
        return cls(arrays["offsets"], arrays["content"])

    def arrays(self) -> Arrays:
        """What it is made of, by name."""
        return {"offsets": self._offsets, "content": self._content}

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: int) -> Any:
        try:
            return self._lately[row]
        except KeyError:
            raw = self._raw(row)
            text = None if raw == UNKNOWN else str(raw, "utf-8")
            if len(self._lately) >= LATELY:
                self._lately.clear()
            self._lately[row] = text
            return text

    def __iter__(self) -> Iterator[Any]:
        for start, end in pairwise(self._ends):
            raw = self._bytes[start:end].tobytes()
            yield None if raw == UNKNOWN else str(raw, "utf-8")

    def _raw(self, row: int) -> bytes:
        if row < 0:
            raise IndexError(row)
        return self._bytes[self._ends[row] : self._ends[row + 1]].tobytes()


class Ids(Texts):
    """Texts that are all different and known, and are found again.

    Rows are kept by bucket, the checksum of the id modulo the number of buckets, which is that of
    the rows: ``starts`` (int32, ``n + 1``) delimits each bucket's slice of ``rows`` (int32,
    ``n``). Raises ``ValueError`` as ``Texts`` does, and ``of`` also when an id occurs twice.
    """

    __slots__ = ("_buckets", "_rows", "_starts", "_within")

    def __init__(
        self,
        offsets: NDArray[np.int64],
        content: NDArray[np.uint8],
        starts: NDArray[np.int32],
        rows: NDArray[np.int32],
    ) -> None:
        super().__init__(offsets, content)
        _check(starts, np.int32)
        _check(rows, np.int32)
        if not len(starts) == len(rows) + 1 == len(offsets) or starts[-1] != len(rows):
            raise ValueError("buckets of ids do not fit the ids")
        self._starts, self._rows = starts, rows
        self._buckets, self._within = starts.data, rows.data

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        encoded = _encoded(values)
        n = len(encoded)
        if len(set(encoded)) != n:
            raise ValueError("an id occurs twice")
        bucket = np.fromiter(map(crc32, encoded), np.int64, n) % max(n, 1)
        starts = np.concatenate([[0], np.cumsum(np.bincount(bucket, minlength=n))])
        rows = np.argsort(bucket, kind="stable").astype(np.int32)
        return cls(**_packed(encoded), starts=starts.astype(np.int32), rows=rows)

    @classmethod
    def mapped(cls, arrays: Arrays) -> Self:
        return cls(*(arrays[name] for name in ("offsets", "content", "starts", "rows")))

    def arrays(self) -> Arrays:
        return super().arrays() | {"starts": self._starts, "rows": self._rows}

    def get(self, external: str) -> int | None:
        """The row of an id, or ``None`` when there is none."""
        raw = external.encode("utf-8", "surrogatepass")  # what is no text is no id here either
        n = len(self._within)
        bucket = crc32(raw) % n if n else 0
        for place in range(self._buckets[bucket], self._buckets[bucket + 1] if n else 0):
            row: int = self._within[place]
            if self._raw(row) == raw:
                return row
        return None


def _encoded(values: Iterable[str | None]) -> list[bytes]:
    return [UNKNOWN if value is None else value.encode() for value in values]


def _packed(encoded: list[bytes]) -> Arrays:
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return {"offsets": offsets, "content": np.frombuffer(b"".join(encoded), np.uint8)}


def _check(array: NDArray[Any], kind: type) -> None:
    if array.ndim != 1 or array.dtype != kind:
        raise ValueError(f"a column is {array.dtype} {array.shape}, not {kind.__name__}")
