"""Dates far from today and a clock that jumps: answers go on, the order of acceptance stays."""

from __future__ import annotations

from pathlib import Path

import httpx
from conftest import DAY, Keys, running
from tiny_bundle import TRAINED_AT

from service.settings import Settings

YEAR = 365.25 * DAY
DATES = (None, "1900-01-01T00:00:00Z", "2200-12-31T23:59:59Z", None)


def test_odd_dates_and_a_jumping_clock_break_neither_answers_nor_order(
    bundle_folder: Path, keys_file: Path, keys: Keys, embedded_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        var=tmp_path,
        bundle=bundle_folder,
        api_keys_file=keys_file,
        redis_url=embedded_url,
        store_timeout=5,
        store_patience=5,
    )
    now = [TRAINED_AT]
    sent = []
    with (
        running(settings, lambda: now[0]) as address,
        httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {keys.fresh()}"}, timeout=10
        ) as client,
    ):
        for years in (0, 10, -20, 150, 0):
            now[0] = TRAINED_AT + years * YEAR
            for date in DATES:
                sent.append(f"e{len(sent)}")
                event = {"event_id": sent[-1], "learner_id": "lea", "credential_id": "c5"}
                dated = event if date is None else event | {"occurred_at": date}
                assert client.post("/v1/events", json={"events": [dated]}).status_code == 202
                answer = client.post(
                    "/v1/recommendations", json={"learner": {"id": "lea"}, "limit": 10}
                )
                assert answer.status_code == 200, answer.text
                found = answer.json()
                assert (found["mode"], found["degraded"]) == ("personalised", [])
                assert found["items"]
                assert "c5" not in [item["credential"] for item in found["items"]]
            path = {"learner": {"id": "lea"}, "target_role": "odd"}
            assert client.post("/v1/paths", json=path).status_code == 200
        held = client.get("/v1/learners/lea/export").json()["events"]
        assert [event["event_id"] for event in held] == sent
        assert {event["occurred_at"][:4] for event in held} >= {"1900", "2200", "2033", "2003"}
        assert client.delete("/v1/learners/lea").json()["erased_events"] == len(sent)
