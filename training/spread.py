"""Where heavy work is done: here, or elsewhere behind the same three calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from models.bundle import Bundle, Parts

if TYPE_CHECKING:
    from training.counts import Part

Item = TypeVar("Item")
Result = TypeVar("Result")


class Whole(NamedTuple):
    """A bundle in memory, and the parts of which it can be written."""

    bundle: Bundle
    parts: Parts


class Spread(Protocol):
    """Applies a pure function to many items; results come in the order of the items, which are
    taken as the work goes on.
    """

    def over(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """Over parts of the learners, which may be large."""
        ...

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Over small items."""
        ...

    @contextmanager
    def lending(self, whole: Whole) -> Iterator[Callable[[], Bundle]]:
        """What gives the bundle to a function that is applied while the block runs."""
        yield lambda: whole.bundle


class Here(Spread):
    """One after the other, in this process."""

    def over(self, function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        return map(function, parts)

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        return map(function, items)


HERE = Here()
