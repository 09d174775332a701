"""Groups of learners and of credentials, of which small ones are never told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from models.ids import IdMap
from training.tables import Dataset

UNKNOWN: Final = "(unknown)"
"""The group of those of whom an attribute is not known."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to tell ``m`` learners apart: ``code`` ``(m,)`` is each one's place in ``labels``."""

    name: str
    labels: tuple[str, ...]
    code: NDArray[np.int32]

    @classmethod
    def of(cls, name: str, values: Sequence[str | None]) -> Grouping:
        """By the value of each learner; ``None`` is unknown."""
        told = [UNKNOWN if value is None else value for value in values]
        labels = tuple(sorted(set(told)))
        place = {label: code for code, label in enumerate(labels)}
        return cls(name, labels, np.array([place[each] for each in told], np.int32))


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be told of a grouping: a mask ``(m,)`` by label, and how many ``groups`` of how
    many ``learners`` in all are not told of.
    """

    masks: Mapping[str, NDArray[np.bool_]]
    groups: int
    learners: int

    def hidden(self) -> dict[str, int]:
        """What is not told of, JSON-ready."""
        return {"groups": self.groups, "learners": self.learners}


def shown(grouping: Grouping, least: int, counted: NDArray[np.bool_] | None = None) -> Shown:
    """Groups of at least ``least`` learners, of those under the mask ``counted`` ``(m,)``.

    What is left out holds ``least`` learners itself, or nobody: otherwise it could be worked out
    from what is told and the total. So the smallest group told of may be left out as well
    (complementary suppression).
    """
    counted = np.ones(len(grouping.code), np.bool_) if counted is None else counted
    sizes = np.bincount(grouping.code[counted], minlength=len(grouping.labels))
    order = [int(code) for code in np.argsort(sizes, kind="stable") if sizes[code]]
    out: list[int] = []
    for code in order:
        held_back = int(sizes[out].sum())
        if sizes[code] >= least and not 0 < held_back < least:
            break
        out.append(code)
    kept = sorted(set(order) - set(out))
    masks = {grouping.labels[code]: counted & (grouping.code == code) for code in kept}
    return Shown(masks, len(out), int(sizes[out].sum()))


def by_attribute(data: Dataset, ids: IdMap, rows: NDArray[np.int32]) -> list[Grouping]:
    """A grouping of the learners ``rows`` by each attribute that the data know of any of them.

    Attributes are texts, numbers or truth values; a list or an object is not compared.
    """
    known = dict(data.learners.select("id", "attributes").drop_nulls().iter_rows())
    stated = [_stated(known.get(ids[row])) for row in rows.tolist()]
    names = sorted({name for each in stated for name in each})
    return [Grouping.of(name, [each.get(name) for each in stated]) for name in names]


def _stated(text: str | None) -> dict[str, str]:
    return {} if text is None else dict(_scalars(orjson.loads(text)))


def _scalars(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        match value:
            case bool():
                yield name, "yes" if value else "no"
            case int() | float():
                yield name, f"{value:g}"
            case str() if value.strip():
                yield name, value.strip()
