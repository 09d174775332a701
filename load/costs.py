"""What one request costs: ``python -m load.costs --bundle DIR --json F``.

The service with one worker and its embedded Valkey is asked for recommendations, none twice, then
for the same again and again, and is sent events one by one. Told is how much of a processor each
took, the store's part included, and by how much the store's resident memory grew with each. From
these ``load.capacity`` reckons.
"""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from load.bench.rounds import Generator, Row
from load.bench.servers import Server, started

CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request of a ``kind``: milliseconds of processors, bytes of the store's memory."""

    kind: str
    requests: int
    cpu_ms: float
    store_bytes: float


def costs(server: Server, seconds: float) -> list[Cost]:
    """All kinds, one after the other."""
    found = psutil.Process(server.pid).children(recursive=True)
    store = next(each for each in found if "valkey" in each.name())
    learners, roles = server.ids("learners"), server.ids("roles")
    credentials = server.ids("credentials")

    def measured(kind: str, load: Callable[[], int]) -> Cost:
        cpu, held = server.cpu_seconds(), store.memory_info().rss
        requests = load()
        server.settle()
        took, grown = server.cpu_seconds() - cpu, store.memory_info().rss - held
        return Cost(kind, requests, 1000 * took / requests, grown / requests)

    def send() -> int:
        sent, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            sent += 1
            event: dict[str, Any] = {"event_id": uuid.uuid4().hex, "kind": "view"}
            event["learner_id"] = learners[sent % len(learners)]
            event["credential_id"] = credentials[sent % len(credentials)]
            server.post("/v1/events", {"events": [event]})
        return sent

    with Generator(server.key, learners, roles) as generator:
        rows = {stream: Row(stream, server, stream) for stream in ("distinct", "repeated")}

        def ask(stream: str) -> int:
            asked: int = generator.slice(rows[stream], seconds, CONNECTIONS, None)["requests"]
            return asked

        ask("distinct")  # until all that is touched once has been
        return [
            measured("recommendations, none twice", lambda: ask("distinct")),
            measured("recommendations again", lambda: ask("repeated")),
            measured("events one by one", send),
        ]


def main() -> None:
    """Measure, print, and write what was measured."""
    parser = argparse.ArgumentParser(prog="python -m load.costs", description=__doc__)
    parser.add_argument("--bundle", type=Path, required=True, help="what to serve")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each kind")
    parser.add_argument("--json", type=Path, help="where to write what was measured")
    chosen = parser.parse_args()
    key = f"cairn_load_{secrets.token_urlsafe(32)}"
    serve = ("cairn", "serve", "--bundle", str(chosen.bundle))
    with (
        tempfile.TemporaryDirectory(prefix="cairn-costs-") as folder,
        started(key, Path(folder), *serve) as server,
    ):
        found = costs(server, chosen.seconds)
    for each in found:
        print(
            f"{each.kind:<28} {each.requests:>7,}  {each.cpu_ms:>7.2f} ms of processors"
            f"  {each.store_bytes:>8,.0f} bytes of the store"
        )
    if chosen.json is not None:
        chosen.json.write_text(json.dumps({"costs": [asdict(each) for each in found]}) + "\n")


if __name__ == "__main__":
    main()
