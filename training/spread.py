"""Where the work on parts of the learners is done: here, or elsewhere behind the same two calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from training.counts import Part

Item = TypeVar("Item")
Result = TypeVar("Result")


class Spread(Protocol):
    """Applies a pure function to many items; results come in the order of the items."""

    def over(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[Result]:
        """Over parts of the learners, which may be large."""
        ...

    def each(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """Over small items."""
        ...


class Here(Spread):
    """One after the other, in this process."""

    def over(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[Result]:
        return map(function, parts)

    def each(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        return map(function, items)


HERE = Here()
