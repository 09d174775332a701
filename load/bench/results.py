"""From slices to the figures that are printed, written and judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from load.bench.rounds import Row
from load.bench.times import Spread

OURS, CACHED, CEILING, LIGHTFM = "cairn", "cairn_cached", "ceiling", "lightfm"
LARGE, HUGE = 100_000, 1_000_000


def size_result(
    credentials: int,
    rows: Sequence[Row],
    memory: Mapping[str, dict[str, float]],
    degraded: float,
) -> dict[str, Any]:
    """All figures of one size of catalogue, by the names of the JSON file; so many answers of ours
    were ``degraded``, made without the store.
    """
    told = {row.name: _row(row) | {"memory_mb": memory[row.name]} for row in rows}
    peers = [row.name for row in rows if row.name not in (OURS, CACHED, CEILING)]
    mine = told[OURS]
    ratios = {
        f"{one}/{other}": _ratio(rows, one, other).as_json()
        for one, other in ((OURS, CEILING), (CACHED, CEILING), *((OURS, peer) for peer in peers))
    }
    found: dict[str, Any] = {
        "credentials": credentials,
        "ceiling_rps": told[CEILING]["rps"]["median"],
        "cairn_rps": mine["rps"]["median"],
        "cached_rps": told[CACHED]["rps"]["median"],
        "peers": {peer: told[peer]["rps"]["median"] for peer in peers},
        "p50_ms": mine["p50_ms"]["median"],
        "p99_ms": mine["p99_ms"]["median"],
        "server_cpu": mine["server_cpu_ms"]["median"],
        "generator_cpu": mine["generator_cpu_ms"]["median"],
        "rows": told,
        "ratios": ratios,
        "stages_ms": _stages(rows),
        "degraded": degraded,
    }
    return found | {"criteria": criteria(found)}


def criteria(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each goal with what was measured; those that hold at this size only."""
    size, ratios = found["credentials"], found["ratios"]
    peers = {name: ratios[f"{OURS}/{name}"]["median"] for name in found["peers"]}
    worst = min(peers.values()) if peers else None
    goals: list[tuple[str, float | None, float]] = []
    if size < LARGE:
        goals.append(("uncached / ceiling", ratios[f"{OURS}/{CEILING}"]["median"], 0.25))
        goals.append(("uncached / LightFM", peers.get(LIGHTFM), 1.0))
        goals.append(("uncached / best peer", worst, 0.5))
    elif size < HUGE:
        goals.append(("uncached / LightFM", peers.get(LIGHTFM), 5.0))
        goals.append(("uncached / best peer", worst, 1.0))
    else:
        goals.append(("uncached / best peer", worst, 5.0))
    goals.append(("cached / ceiling", ratios[f"{CACHED}/{CEILING}"]["median"], 0.7))
    said = [
        {"goal": name, "at_least": bound, "measured": value,
         "holds": value is not None and value >= bound}
        for name, value, bound in goals
    ]  # fmt: skip
    tail, degraded = found["rows"][OURS]["tail"]["median"], found["degraded"]
    most = [("p99 / p50 at half load", tail, 4.0), ("answers without the store", degraded, 0.0)]
    return said + [
        {"goal": name, "at_most": bound, "measured": value, "holds": value <= bound}
        for name, value, bound in most
    ]


def _row(row: Row) -> dict[str, Any]:
    spreads = {
        "rps": [found["rps"] for found in row.full],
        "p50_ms": [found["p50"] for found in row.half],
        "p95_ms": [found["p95"] for found in row.half],
        "p99_ms": [found["p99"] for found in row.half],
        "tail": [found["p99"] / found["p50"] for found in row.half],
        "server_cpu_ms": [found["server_cpu_ms"] for found in row.full],
        "generator_cpu_ms": [found["cpu_ms"] for found in row.full],
    }
    return {
        "connections": row.connections,
        "requests": sum(found["requests"] for found in (*row.full, *row.half)),
        **{name: Spread.of(values).as_json() for name, values in spreads.items()},
    }


def _ratio(rows: Sequence[Row], one: str, other: str) -> Spread:
    """Throughput of one over another's, round by round."""
    by_name = {row.name: row.full for row in rows}
    pairs = zip(by_name[one], by_name[other], strict=True)
    return Spread.of([mine["rps"] / its["rps"] for mine, its in pairs])


def _stages(rows: Sequence[Row]) -> dict[str, float]:
    [stages] = [row.stages for row in rows if row.name == OURS]
    return {stage: 1000 * spent / count for stage, (spent, count) in stages.items() if count}
