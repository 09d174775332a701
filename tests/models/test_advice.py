"""What the system is told of mapped files changes nothing that they say."""

from __future__ import annotations

import mmap
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from models.bundle import read
from models.bundle.advice import MAPS, read_by_chance

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is told anything")


def resident(folder: Path) -> int:
    """Kilobytes of a folder's files that are mapped and in memory."""
    total, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if line[0] in "0123456789abcdef" and "-" in line.split()[0]:
            inside = str(folder) in line
        elif inside and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


def test_what_was_mapped_is_let_go_and_read_again(tmp_path: Path) -> None:
    numbers = np.arange(1_000_000, dtype=np.int64)
    np.save(tmp_path / "numbers.npy", numbers)
    (tmp_path / "text.faiss").write_bytes(b"x" * 3_000_000)
    mapped = np.load(tmp_path / "numbers.npy", mmap_mode="r")
    assert (mapped == numbers).all()
    before = resident(tmp_path)
    assert before >= 7_000
    read_by_chance(tmp_path)
    assert resident(tmp_path) < before / 2
    assert (mapped == numbers).all()


def test_what_was_written_to_a_mapping_stays(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"a" * 10 * mmap.PAGESIZE)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as own:
        own[:5] = b"mine!"
        read_by_chance(tmp_path)
        assert own[:6] == b"mine!a"


def test_advice_that_is_refused_is_no_fault_of_a_bundle(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr(os, "posix_fadvise", refused)
    assert MAPS.exists()
    assert read(tiny_bundle).n
