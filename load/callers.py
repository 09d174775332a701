"""Callers that keep a service busy and remember what they were told."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from typing import Any, Self

from load.parts import Parts

CALLERS = 4
BATCH = 5
EACH = 0.02
"""Seconds between two requests of one caller: constant load, and bounded."""

ROLE = "data-analyst"
"""Of the sample, for the paths."""

PATHS = {"/v1/recommendations": "next", "/v1/paths": "path", "/v1/events": "sent"}
"""What is asked, and what the columns of its times are called."""

ODD_DATES: tuple[dict[str, str], ...] = (
    {"occurred_at": "1900-01-01T00:00:00Z"},
    {"occurred_at": "2200-12-31T23:59:59Z"},
    {},
)


class Callers:
    """Threads that ask and send as long as the block runs.

    Events turned away with a 503 are a failure unless they ``may_be_refused``.
    """

    def __init__(self, parts: Parts, *, may_be_refused: bool) -> None:
        self.acknowledged: set[str] = set()
        self._parts = parts
        self._may_be_refused = may_be_refused
        self._counts: Counter[str] = Counter()
        self._seconds: dict[str, list[float]] = {path: [] for path in PATHS}
        self._answers: dict[tuple[str, str, float], set[tuple[str, ...]]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(i,)) for i in range(CALLERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def counts(self) -> dict[str, Any]:
        """Everything counted, by the names of ``load.faults``."""
        seen = self._answers
        versions = {version for _, version, _ in seen}
        wrong = sum(version not in self._parts.versions for version in versions)
        wrong += sum(len(answers) - 1 for answers in seen.values())
        return {
            **{name: self._counts[name] for name in ("requests", "failures", "interrupted")},
            **{name: self._counts[name] for name in ("refused", "degraded", "elsewhere")},
            "wrong": wrong,
            "bundles": len(versions),
            "acknowledged": len(self.acknowledged),
            **{f"{PATHS[path]}_p99_ms": _p99_ms(times) for path, times in self._seconds.items()},
        }

    def held(self) -> set[str]:
        """The ids of all events that the service holds of the callers' learners."""
        found = set()
        for caller in range(CALLERS):
            ids = [event["event_id"] for event in self._exported(caller)]
            if len(ids) != len(set(ids)):
                raise SystemExit("an event is held twice")
            found |= set(ids)
        return found

    def _exported(self, caller: int) -> list[dict[str, Any]]:
        """The caller's learner's events, once every worker has found the store again."""
        events: list[dict[str, Any]] = []

        def told() -> bool:
            path = f"/v1/learners/caller-{caller}/export"
            status, body = self._request(caller, "GET", path)
            events[:] = body.get("events", ())
            return status == 200

        self._parts.until(told)
        return events

    def _call(self, caller: int) -> None:
        turn = 0
        while not self._over.is_set():
            turn += 1
            time.sleep(EACH)
            # What they did is unknown to every bundle, so that each has one answer to it.
            learner = {"id": f"caller-{caller}"}
            if turn % 8 == 7:
                self._once(caller, "/v1/paths", {"learner": learner, "target_role": ROLE})
            elif turn % 2:
                question = {"learner": learner, "limit": 5, "explain": False}
                self._once(caller, "/v1/recommendations", question)
            else:
                events = [
                    {
                        "event_id": f"{caller}-{turn}-{i}",
                        "learner_id": f"caller-{caller}",
                        "credential_id": f"c-{turn}-{i}",
                        "kind": "view",
                        **(ODD_DATES[turn // 2 % 3] if self._parts.odd_dates.is_set() else {}),
                    }
                    for i in range(BATCH)
                ]
                self._once(caller, "/v1/events", {"events": events})

    def _once(self, caller: int, path: str, sent: dict[str, Any]) -> None:
        down, began = self._parts.down.is_set(), time.perf_counter()
        clock = self._parts.clock
        try:
            status, body = self._request(caller, "POST", path, sent)
        except (OSError, http.client.HTTPException):
            status, body = 0, {}
        took = time.perf_counter() - began
        down = down or self._parts.down.is_set()
        with self._lock:
            self._counts["requests"] += 1
            if status == 202:
                self.acknowledged.update(event["event_id"] for event in sent["events"])
            elif status == 200:
                self._counts["degraded"] += bool(body["degraded"])
                self._counts["elsewhere"] += bool(body["degraded"]) > self._parts.struck(caller)
                if clock == self._parts.clock:
                    said = body["items"] if "items" in body else body["steps"]
                    items = tuple(item["credential"] for item in said)
                    asked = (path, body["bundle_version"], clock)
                    self._answers.setdefault(asked, set()).add(items)
            elif status == 503 and "events" in sent and self._may_be_refused:
                self._counts["refused"] += 1
            else:
                self._counts["interrupted" if down and not status else "failures"] += 1
            if status:
                self._seconds[path].append(took)

    def _request(
        self, caller: int, method: str, path: str, sent: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        line = http.client.HTTPConnection("127.0.0.1", self._parts.port, timeout=10)
        headers = {"Authorization": f"Bearer {self._parts.key_of(caller)}"}
        headers["Content-Type"] = "application/json"
        try:
            line.request(method, path, None if sent is None else json.dumps(sent), headers)
            answer = line.getresponse()
            body: dict[str, Any] = json.loads(answer.read())
            return answer.status, body
        finally:
            line.close()


def _p99_ms(seconds: list[float]) -> float:
    times = sorted(seconds)
    return round(1000 * times[min(len(times) - 1, int(0.99 * len(times)))], 1) if times else 0.0
