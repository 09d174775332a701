"""The measurement of a node of the store: what it reports adds up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from load.state import memory, run
from service.valkey import embedded_valkey


def test_each_operation_is_measured(tmp_path: Path) -> None:
    with embedded_valkey(tmp_path / "v") as url:
        found = asyncio.run(run(url, 0.1, learners=10))
    assert len({each.operation for each in found}) == len(found) == 4
    for each in found:
        assert each.per_second > 0
        assert 0.9 < each.core_per_second * each.server_us / 1e6 < 1.1


def test_what_is_kept_takes_memory(tmp_path: Path) -> None:
    with embedded_valkey(tmp_path / "v") as url:
        held = asyncio.run(memory(url, learners=10))
    assert held["log"] > held["folded"] > 1
