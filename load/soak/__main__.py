"""A soak: ``python -m load.soak --json F --svg F``; see ``docs/scaling/soak.md``.

The service with two workers and its embedded Valkey answers three tenants at a steady pace while
the memory of each worker is measured. It is flat when the growth of no worker's own memory
over the second half can be larger than ``--bound``.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any

from load.bench.servers import Server, started
from load.parts import cairn
from load.run import locust, show
from load.soak.plot import picture
from load.soak.samples import Sample, Sampler, series
from load.soak.trend import Trend, second_half

WORKERS = 2
TENANTS = ("demo", "north", "south")
"""The first is that of the key with which every service is started here."""

TERMS = """
[tenants.demo]
owns_histories = true
[tenants.north]
owns_histories = true
catalogue = {languages = ["en"]}
[tenants.south]
owns_histories = true
"""

PATIENT = {"CAIRN_STORE_TIMEOUT": "5", "CAIRN_STORE_PATIENCE": "5"}
"""Where other jobs hold the processors, answers wait for the store; the work stays the same."""

BOUND = 5.0
"""MB an hour of one worker: what the alert CairnMemoryGrows is about, half of 240 MB in a day."""


def main() -> int:
    """Soak once; 1 when a request failed, an event was left in the spool, or memory grows."""
    chosen = _arguments()
    with tempfile.TemporaryDirectory(prefix="cairn-soak-") as folder:
        bundle = chosen.bundle or sample_bundle(Path(folder))
        samples, rows = soaked(Path(folder), bundle, chosen)
    trends = [second_half([s.seconds for s in samples], series(samples, worker, "uss_mb"))
              for worker in range(WORKERS)]  # fmt: skip
    show(rows)
    _show_memory(samples, trends, chosen.bound)
    report = {
        "settings": {"minutes": chosen.minutes, "users": chosen.users, "every": chosen.every,
                     "workers": WORKERS, "bound_mb_per_hour": chosen.bound},
        "flat": all(trend.flat(chosen.bound) for trend in trends),
        "trends": [asdict(trend) for trend in trends],
        "requests": rows,
        "samples": [asdict(each) for each in samples],
    }  # fmt: skip
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(report, indent=1) + "\n")
    if chosen.svg is not None:
        chosen.svg.write_text(picture(samples, trends))
    good = report["flat"] and not rows[-1]["failed"] and not samples[-1].spooled
    return int(not good)


def sample_bundle(folder: Path) -> Path:
    """A bundle of the project's sample, trained now."""
    print("training on the sample", file=sys.stderr)
    sample = Path(__file__).parents[2] / "training" / "sample"
    cairn("train", str(sample), "--out", str(folder / "bundles"))
    return folder / "bundles"


def soaked(
    folder: Path, bundle: Path, chosen: argparse.Namespace
) -> tuple[list[Sample], list[dict[str, Any]]]:
    """What was measured, and the requests by their kind."""
    first = f"cairn_load_{secrets.token_urlsafe(32)}"
    file, terms = folder / "keys.json", folder / "tenants.toml"
    scopes = ("--scopes", "recommend,events,learners,admin")
    others = [cairn("keys", "create", tenant, "--file", str(file), *scopes).strip()
              for tenant in TENANTS[1:]]  # fmt: skip
    terms.write_text(TERMS)
    service = ("cairn", "serve", "--bundle", str(bundle), "--workers", str(WORKERS))
    named = {"CAIRN_API_KEYS_FILE": str(file), "CAIRN_TENANTS_FILE": str(terms), **PATIENT}
    with started(first, folder / "var", *service, settings=named) as server:
        return _measured(server, [first, *others], chosen)


def _measured(
    server: Server, keys: Sequence[str], chosen: argparse.Namespace
) -> tuple[list[Sample], list[dict[str, Any]]]:
    over, sampler = Event(), Sampler(server)
    with ThreadPoolExecutor() as beside:
        looking = beside.submit(sampler.follow, chosen.look, over)
        try:
            url, seconds = f"http://127.0.0.1:{server.port}", round(60 * chosen.minutes)
            rows = locust(url, keys, chosen.users, seconds, chosen.every)
        finally:
            over.set()
        return looking.result(), rows


def _show_memory(samples: Sequence[Sample], trends: Sequence[Trend], bound: float) -> None:
    print(f"{'':>10}{'first':>9}{'half':>9}{'last':>9}{'MB an hour':>12}{'95 %':>18}")
    points = (samples[0], samples[len(samples) // 2], samples[-1])
    for worker, trend in enumerate(trends):
        own = "".join(f"{each.workers[worker].uss_mb:>9.1f}" for each in points)
        verdict = "flat" if trend.flat(bound) else f"not shown to be below {bound:g}"
        print(f"  worker {worker}{own}{trend.per_hour:>+12.2f}"
              f"{f'{trend.low:+.2f}…{trend.high:+.2f}':>18}  {verdict}")  # fmt: skip
    for figure in ("descriptors", "threads"):
        told = "".join(f"{[getattr(w, figure) for w in each.workers]!s:>12}" for each in points)
        print(f"{figure:>12}{told}")
    print(f"{'store MB':>12}" + "".join(f"{each.store_mb:>9.1f}" for each in points))
    last = samples[-1]
    print(f"{last.answers:.0f} answers, {last.repeated:.0f} of them given again;"
          f" {last.spooled} events in the spool")  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.soak", description=__doc__)
    parser.add_argument("--bundle", type=Path, help="what to serve; default: the sample, trained")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--users", type=int, default=12, help="platforms that ask")
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two requests")
    parser.add_argument("--look", type=float, default=5.0, help="seconds between two samples")
    parser.add_argument("--bound", type=float, default=BOUND, help="MB an hour of one worker")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--svg", type=Path, help="file for the plot")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
