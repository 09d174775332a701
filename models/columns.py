"""Columns of a large table as arrays that may be memory-mapped.

A cell becomes an object when it is asked for; ``None`` is unknown. What a column of a name is
made of is fixed here, so that arrays follow from the table and nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.texts import Arrays, Ids, Texts

Chosen = NDArray[np.bool_] | NDArray[np.int32] | slice
ALL: Final = slice(None)


class Column(Protocol):
    """Cells in row order: a list, or one of the classes below and in ``models.texts``."""

    def __len__(self) -> int: ...
    def __getitem__(self, row: int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


Columns = Mapping[str, Column]


class Numbers:
    """A column of numbers. ``values`` (float64, ``n``) holds NaN for unknown."""

    __slots__ = ("_view", "values")

    def __init__(self, values: NDArray[np.float64]) -> None:
        if values.ndim != 1 or values.dtype != np.float64:
            raise ValueError(f"a column is {values.dtype} {values.shape}, not float64")
        self.values = values
        self._view = values.data

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Self:
        """With the numbers of an iterable."""
        if isinstance(values, cls):
            return values
        return cls(np.array([np.nan if value is None else value for value in values], np.float64))

    @classmethod
    def mapped(cls, arrays: Arrays) -> Self:
        """With arrays as ``arrays`` gave them."""
        return cls(arrays["values"])

    def arrays(self) -> Arrays:
        """What it is made of, by name."""
        return {"values": self.values}

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> float | None:
        value: float = self._view[row]
        return None if value != value else value

    def __iter__(self) -> Iterator[float | None]:
        return (None if value != value else value for value in self._view)


class Labels:
    """A column in which few texts come again and again, to be compared all at once.

    ``codes`` (int32, ``n``) are positions in ``names``, ascending; -1 is unknown. An empty text
    says no more than an unknown one, and matches as little.
    """

    __slots__ = ("_named", "_view", "codes", "names")

    def __init__(self, codes: NDArray[np.int32], names: Texts) -> None:
        if codes.ndim != 1 or codes.dtype != np.int32:
            raise ValueError(f"a column is {codes.dtype} {codes.shape}, not int32")
        self.codes, self.names = codes, names
        self._named = int(len(names) > 0 and names[0] == "")
        self._view = codes.data

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        """With the texts of an iterable."""
        if isinstance(values, cls):
            return values
        given = list(values)
        names = sorted({value for value in given if value is not None})
        place: dict[str | None, int] = {name: code for code, name in enumerate(names)}
        codes = np.fromiter((place.get(value, -1) for value in given), np.int32, len(given))
        return cls(codes, Texts.of(names))

    @classmethod
    def mapped(cls, arrays: Arrays) -> Self:
        """With arrays as ``arrays`` gave them."""
        names = {part: arrays[f"names.{part}"] for part in ("offsets", "content")}
        return cls(arrays["codes"], Texts.mapped(names))

    def arrays(self) -> Arrays:
        """What it is made of, by name."""
        names = {f"names.{part}": array for part, array in self.names.arrays().items()}
        return {"codes": self.codes} | names

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str | None:
        code: int = self._view[row]
        return None if code < 0 else self.names[code]

    def __iter__(self) -> Iterator[str | None]:
        names = list(self.names)
        return (None if code < 0 else names[code] for code in self._view)

    def known(self, chosen: Chosen = ALL) -> NDArray[np.bool_]:
        """Mask of those, among the ``chosen`` (a mask, rows or a slice), of which it is known."""
        return np.asarray(self.codes[chosen] >= self._named)

    def among(self, allowed: Collection[str], chosen: Chosen = ALL) -> NDArray[np.bool_]:
        """Mask of those, among the ``chosen``, that are known to be one of ``allowed``."""
        wanted = np.zeros(len(self.names) + 1, np.bool_)  # the last is where -1 leads
        for name in allowed:
            code = bisect_left(self.names, name)
            if name and code < len(self.names) and self.names[code] == name:
                wanted[code] = True
        return wanted[self.codes[chosen]]

    def commonest(self, chosen: Chosen = ALL) -> list[str]:
        """What is known of the ``chosen``, the commonest first, the first in order of equals."""
        codes = self.codes[chosen]
        counts = np.bincount(codes[codes >= self._named], minlength=len(self.names))
        order = np.argsort(-counts, kind="stable")
        return [self.names[code] for code in order[: np.count_nonzero(counts)].tolist()]


NUMBERS: Final = (
    "level", "hours", "cost", "available_from", "available_until", "expires_after_days",
)  # fmt: skip
LABELS: Final = ("issuer", "currency", "language", "delivery")
KINDS: Final[Mapping[str, type[Texts] | type[Numbers] | type[Labels]]] = {
    "id": Ids,
    **dict.fromkeys(NUMBERS, Numbers),
    **dict.fromkeys(LABELS, Labels),
}
"""What a column of a name is made of; any other is of texts."""


def derived(table: Columns) -> dict[str, Texts | Numbers | Labels]:
    """The columns of a table as arrays."""
    return {name: KINDS.get(name, Texts).of(cells) for name, cells in table.items()}


def arrays_of(table: Columns) -> Arrays:
    """The arrays that the columns of a table are made of, by ``COLUMN.PART``."""
    return {
        f"{name}.{part}": array
        for name, column in derived(table).items()
        for part, array in column.arrays().items()
    }


def mapped(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Texts | Numbers | Labels]:
    """The table whose arrays ``arrays_of`` gave.

    Raises ``KeyError`` for a part that is missing, ``ValueError`` for parts that do not fit.
    """
    parts: dict[str, Arrays] = {}
    for name, array in arrays.items():
        column, _, part = name.partition(".")
        parts.setdefault(column, {})[part] = array
    table = {name: KINDS.get(name, Texts).mapped(own) for name, own in parts.items()}
    if len({len(column) for column in table.values()}) > 1:
        raise ValueError("columns of one table are not equally long")
    return table
