"""What a process keeps mapped of its bundle is bounded, and reads the same afterwards."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.bundle.tables import read_array
from models.index import VectorIndex
from service.residence import give_back, keep_small, mapped

SIZE = 32 * 2**20


@pytest.fixture
def array(tmp_path: Path) -> np.ndarray:
    """Mapped and touched all over."""
    np.save(tmp_path / "a.npy", np.arange(SIZE // 8))
    found = read_array(tmp_path / "a.npy")
    assert found.sum() == (SIZE // 8) * (SIZE // 8 - 1) // 2
    return found


def test_what_is_given_back_reads_the_same(array: np.ndarray) -> None:
    before = mapped()
    give_back()
    assert mapped() < before - 0.9 * SIZE
    assert (array == np.arange(SIZE // 8)).all()
    assert mapped() > before - 0.1 * SIZE


def test_an_index_is_given_back_too(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(40_000, 64)).astype(np.float32)
    VectorIndex.build(vectors).to_bytes().tofile(tmp_path / "text.faiss")
    index = VectorIndex.open(tmp_path / "text.faiss")
    found = index.search(vectors[:3], 5)[0]
    before = mapped()
    give_back()
    assert mapped() < before - 0.8 * vectors.nbytes
    assert (index.search(vectors[:3], 5)[0] == found).all()


def test_more_than_is_allowed_is_given_back_meanwhile(array: np.ndarray) -> None:
    async def watched(most: int) -> int:
        task = asyncio.create_task(keep_small(most))
        await asyncio.sleep(0.2)
        task.cancel()
        return mapped()

    before = mapped()
    assert asyncio.run(watched(before + SIZE)) > before - 0.1 * SIZE
    assert asyncio.run(watched(before - 1)) < before - 0.9 * SIZE


WRITTEN = """
import mmap, sys
from service.residence import give_back
with open(sys.argv[1], "r+b") as file:
    own = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
own[:4] = b"mine"
give_back()
assert own[:4] == b"mine"
"""


def test_what_a_process_wrote_is_never_given_back(tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(bytes(SIZE))
    subprocess.run([sys.executable, "-c", WRITTEN, str(tmp_path / "x.npy")], check=True)
