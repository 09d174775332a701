"""What Prometheus can see inside: stages, sources, the store, the spool, bundles, memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from models.sources import SOURCES
from service.telemetry.seen import Seen

SECONDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0)


Metric = TypeVar("Metric", Counter, Gauge, Histogram)


def remembering(metric: Metric) -> Metric:
    """The metric, which from now on remembers what it has by its labels, of which there are few: to
    look for it as the library does takes longer than to count.
    """
    metric.labels = cache(metric.labels)  # type: ignore[method-assign]
    return metric


class Inside:
    """Metrics of one process in ``registry``.

    What each worker has of its own is added up or kept apart by process; of what all workers of
    a host share, the latest word counts. A worker that is gone counts no more.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._stages = remembering(
            Histogram(
                "cairn_stage_seconds",
                "Time that the stages of an answer took, by route template.",
                ["route", "stage"],
                buckets=SECONDS,
                registry=registry,
            )
        )
        self._candidates = remembering(
            Counter("cairn_candidates", "Candidates by source.", ["source"], registry=registry)
        )
        self._source_answers = remembering(
            Counter(
                "cairn_source_answers",
                "Recommendations that list something from the source.",
                ["source"],
                registry=registry,
            )
        )
        self.store = Histogram(
            "cairn_store_seconds",
            "Time that the store took to answer, or to fail.",
            buckets=SECONDS,
            registry=registry,
        )
        self._away = Gauge(
            "cairn_store_away",
            "Workers that leave the store alone because it failed.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._spooled = Gauge(
            "cairn_spooled_events",
            "Events on this host that wait for the store.",
            multiprocess_mode="livemostrecent",
            registry=registry,
        )
        self._bundles = Gauge(
            "cairn_bundle_info",
            "Workers that answer from the bundle.",
            ["version"],
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._memory = Gauge(
            "cairn_worker_memory_bytes",
            "Memory by kind: resident; proportional, what is shared being divided; own, which "
            "nobody shares.",
            ["kind"],
            multiprocess_mode="liveall",
            registry=registry,
        )
        self._bundle: str | None = None

    def answered(self, route: str, seen: Seen) -> None:
        """Count what was seen of one request."""
        for stage, began, ended in seen.stages:
            self._stages.labels(route, stage).observe(ended - began)
        for source, count in zip(SOURCES, seen.candidates, strict=False):
            self._candidates.labels(source).inc(count)
        for source in seen.sources:
            self._source_answers.labels(source).inc()

    def stands(self, bundle: str, *, away: bool, spooled: int, memory: Mapping[str, int]) -> None:
        """How things stand in this process: its bundle's version, whether the store is away, how
        many events wait, bytes of memory by kind.
        """
        if self._bundle not in (None, bundle):
            self._bundles.labels(self._bundle).set(0)
        self._bundles.labels(bundle).set(1)
        self._bundle = bundle
        self._away.set(away)
        self._spooled.set(spooled)
        for kind, count in memory.items():
            self._memory.labels(kind).set(count)
