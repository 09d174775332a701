"""Every metric that a worker registers, as it registers it."""

from __future__ import annotations

from docsite.markdown import code, page, table
from service.telemetry.metrics import Metrics


def reference() -> str:
    """The page."""
    told = """All are at `/metrics`, over all workers of a host. What to do when one moves is in the
[runbook](../operations.md#alerts)."""
    # The library tells names, kinds and texts of what is registered, but labels only of what was
    # counted already; these it keeps to itself.
    registered = Metrics()._registry._collector_to_names
    rows = sorted(
        (
            code(_exposed(each.name, each.type)),
            each.type,
            ", ".join(map(code, labels)),
            each.documentation,
        )
        for collector in registered
        for labels in [getattr(collector, "_labelnames", ())]
        for each in collector.collect()
    )
    return page("Metrics", told, table(["metric", "kind", "labels", "tells"], rows))


def _exposed(name: str, kind: str) -> str:
    return f"{name}_total" if kind == "counter" else name
