"""What Prometheus can see: requests, answers, events, failures. No learner; tenants only by
the names that the keys file gives them.
"""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from service.telemetry.inside import Inside, remembering

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The counters of one process; ``folder`` is where several processes share theirs."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._registry = CollectorRegistry()
        self.requests = remembering(
            Counter(
                "cairn_http_requests",
                "Requests answered.",
                ["method", "route", "status"],
                registry=self._registry,
            )
        )
        self.seconds = remembering(
            Histogram(
                "cairn_http_request_seconds",
                "Time from the first byte of a request to the last of its answer.",
                ["route"],
                buckets=SECONDS,
                registry=self._registry,
            )
        )
        self.answers = remembering(
            Counter("cairn_answers", "Recommendations by mode.", ["mode"], registry=self._registry)
        )
        self.degraded = Counter(
            "cairn_degraded", "Answers given without a part.", ["part"], registry=self._registry
        )
        self.events = Counter(
            "cairn_events", "Events received by outcome.", ["outcome"], registry=self._registry
        )

        self.decisions = Counter(
            "cairn_decisions",
            "Decisions for the log by outcome.",
            ["outcome"],
            registry=self._registry,
        )
        for outcome in ("kept", "spooled", "refused", "lost"):
            self.decisions.labels(outcome)
        self.bundles = Counter(
            "cairn_bundles",
            "Promoted bundles by what became of them here.",
            ["outcome"],
            registry=self._registry,
        )
        self.inside = Inside(self._registry)
        # So that the first of each is seen as a change.
        for part in ("store", "encoder"):
            self.degraded.labels(part)
        for outcome in ("swapped", "refused"):
            self.bundles.labels(outcome)

        def of_tenants(name: str, what: str, *more: str) -> Counter:
            return remembering(Counter(name, what, ["tenant", *more], registry=self._registry))

        self.tenant_requests = of_tenants("cairn_tenant_requests", "Requests let in by their key.")
        self.tenant_answers = of_tenants("cairn_tenant_answers", "Recommendations and paths.")
        self.tenant_events = of_tenants("cairn_tenant_events", "Events accepted.")
        self.tenant_limited = of_tenants(
            "cairn_tenant_limited", "Requests refused for their number.", "kind"
        )

    def render(self) -> bytes:
        """The exposition text, over all processes when they share a folder."""
        if self._folder is None:
            return generate_latest(self._registry)
        _forget_the_dead(self._folder)
        everyone = CollectorRegistry()
        # The library leaves this class untyped.
        MultiProcessCollector(everyone, path=str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(everyone)


def _forget_the_dead(folder: Path) -> None:
    """Drop the gauges of workers that are gone; what they counted stays."""
    for file in folder.glob("gauge_live*.db"):
        pid = re.search(r"(\d+)\.db$", file.name)
        if pid and not Path(f"/proc/{pid[1]}").exists():
            # The library leaves this function untyped.
            mark_process_dead(int(pid[1]), str(folder))  # type: ignore[no-untyped-call]
