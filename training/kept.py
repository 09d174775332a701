"""Results of a run's heavy stages, kept so that a run that was killed can go on where it was.

They lie in a folder named by a digest of all that they are made from: data, settings, seed, this
code and the libraries. Each is written beside its place, flushed and renamed, so that one that is
there is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

ROOT: Final = Path(__file__).resolve().parent.parent
ROOMS: Final = ("models", "training")
"""Where the code lies that results depend on."""

Arrays = dict[str, NDArray[Any]]
Result = TypeVar("Result")


class Kept:
    """The results kept in ``folder``; without one nothing is kept, and everything is made."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def arrays(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Arrays by name: those kept as ``name``, or else what ``make`` gives, kept from now on."""
        return self._once(f"{name}.npz", make, _write_arrays, _read_arrays)

    def plain(self, name: str, make: Callable[[], Any]) -> Any:
        """The same for text, numbers and lists and mappings of them, as JSON holds them."""
        return self._once(f"{name}.json", make, _write_plain, json.load)

    def forget(self) -> None:
        """Throw away all results: the run is over, or is to begin anew."""
        if self._folder is None or not self._folder.is_dir():
            return
        # In one step, so that a run that is killed here leaves all of them or none.
        gone = self._folder.with_name(f".{self._folder.name}.gone")
        shutil.rmtree(gone, ignore_errors=True)
        self._folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _once(
        self,
        name: str,
        make: Callable[[], Result],
        write: Callable[[IO[bytes], Result], None],
        read: Callable[[IO[bytes]], Result],
    ) -> Result:
        if self._folder is None:
            return make()
        path = self._folder / name.replace(" ", "-")
        if path.is_file():
            with path.open("rb") as file:
                return read(file)
        made = make()
        self._folder.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.writing")
        with scratch.open("wb") as file:
            write(file, made)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
        return made


NOTHING: Final = Kept()
"""Keeps nothing."""


def place(work: Path, made_from: Mapping[str, Any]) -> Path:
    """The folder below ``work`` for results of ``made_from`` (JSON-ready) by this very code."""
    code = {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    }
    libraries = {name: version(name) for name in ("lightfm-next", "lightgbm", "numpy", "scipy")}
    told = json.dumps({**made_from, "code": code, "libraries": libraries}, sort_keys=True)
    return work / f"kept-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _write_arrays(file: IO[bytes], arrays: Arrays) -> None:
    np.savez(file, allow_pickle=False, **arrays)


def _read_arrays(file: IO[bytes]) -> Arrays:
    with np.load(file, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _write_plain(file: IO[bytes], value: object) -> None:
    file.write(json.dumps(value).encode())
