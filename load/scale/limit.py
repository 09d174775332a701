"""A bound on memory, files held in memory included, as a container has one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def bound(gib: float | None) -> Iterator[Callable[[], float | None]]:
    """This process, and what it starts meanwhile, have so many GiB of memory, mapped files and the
    system's copies of files included; ``None`` bounds nothing. What is yielded tells how many MiB
    were in use at most.

    ``SystemExit`` where no control group can be made: it takes Linux, and root.
    """
    if gib is None:
        yield lambda: None
        return
    above, limit, peak = _controller()
    group = above / f"cairn-{os.getpid()}"
    try:
        group.mkdir()
        (group / limit).write_text(str(int(gib * 2**30)))
        (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError as error:
        raise SystemExit(f"memory cannot be bounded here: {error}") from error
    try:
        yield lambda: round(int((group / peak).read_text()) / 2**20, 1)
    finally:
        (above / "cgroup.procs").write_text(str(os.getpid()))
        group.rmdir()


def _controller() -> tuple[Path, str, str]:
    """This process's group, and its files for the limit and the peak, by either version of
    control groups.
    """
    lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    for _, controllers, path in lines:
        if "memory" in controllers.split(","):
            group = GROUPS / "memory" / path.lstrip("/")
            return group, "memory.limit_in_bytes", "memory.max_usage_in_bytes"
    [(_, _, path)] = [line for line in lines if line[:2] == ["0", ""]]
    return GROUPS / path.lstrip("/"), "memory.max", "memory.peak"


def forget(folder: Path) -> None:
    """Have the system drop its copies of a folder's files, which would count for nobody."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
