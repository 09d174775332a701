"""Progress of long work: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

Advance = Callable[[int], None]
"""Told how many more steps of a stage are done."""


class Progress(Protocol):
    """Shows stages of work as they go on."""

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        """Show one stage of ``total`` steps while the block runs."""
        yield lambda done: None


class Silent(Progress):
    """Shows nothing."""


class Lines(Progress):
    """One line when a stage begins: for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        self._console.print(f"{name} ({total})" if total else name, highlight=False)
        yield lambda done: None


class Terminal(Progress):
    """A bar for each stage."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn())
        with Bars(*columns, TimeElapsedColumn(), console=self._console) as bars:
            task = bars.add_task(name, total=total or None)
            yield lambda done: bars.advance(task, done)


class Heeding(Progress):
    """Shows what another does, and ends the work when it is interrupted (SIGINT), at the latest at
    the next step: compiled libraries that call back into Python may drop what a signal raises, or
    make an error of their own of it.

    A context, entered in the main thread; after it an interruption means again what it did.
    """

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._told = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._tell)
        self._reported, sys.unraisablehook = sys.unraisablehook, self._report
        return self

    def __exit__(self, *_: object) -> None:
        sys.unraisablehook = self._reported
        signal.signal(signal.SIGINT, self._before)

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        self._heed()
        with self._shown.stage(name, total) as advance:

            def step(done: int) -> None:
                self._heed()
                advance(done)

            try:
                yield step
            except Exception as error:
                if self._told:
                    raise KeyboardInterrupt from error
                raise
        self._heed()

    def _tell(self, *_: object) -> None:
        self._told = True
        raise KeyboardInterrupt

    def _report(self, dropped: sys.UnraisableHookArgs) -> None:
        if dropped.exc_type is not KeyboardInterrupt:
            self._reported(dropped)

    def _heed(self) -> None:
        if self._told:
            raise KeyboardInterrupt


def on(console: Console) -> Heeding:
    """Bars where somebody watches, lines where not; SIGINT ends either."""
    return Heeding(Terminal(console) if console.is_terminal else Lines(console))
