"""The figures the load run prints are right."""

from __future__ import annotations

from load.run import percentile, summary


def test_percentiles_count_every_request() -> None:
    times = {1.0: 50, 2.0: 45, 10.0: 4, 100.0: 1}
    assert [percentile(times, share) for share in (0.5, 0.95, 0.99, 1.0)] == [1.0, 2.0, 10.0, 100.0]
    assert percentile({}, 0.5) == 0.0


def test_a_summary_adds_up_its_entries() -> None:
    entry = {
        "response_times": {"5": 9, "50": 1},
        "num_requests": 10,
        "num_failures": 1,
        "start_time": 100.0,
        "last_request_timestamp": 102.0,
    }
    row = summary("all", [entry, {**entry, "last_request_timestamp": 104.0}])
    assert (row["requests"], row["failed"], row["rps"]) == (20, 2, 5.0)
    assert (row["p50_ms"], row["p99_ms"]) == (5.0, 50.0)
