"""What is told of the data of a run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from worlds import prepared

from training.review import inputs

FIRST = date(2024, 1, 15)
DAYS = 400
CREDENTIALS = [{"id": name, "title": "A title"} for name in "abc"]


def test_months_are_those_in_which_things_were_done_and_far_moments_are_counted() -> None:
    acts = [
        {"learner_id": f"l{day}", "credential_id": "ab"[day % 2], "occurred_at": str(at)}
        for day in range(DAYS)
        for at in [FIRST + timedelta(day)]
    ]
    odd = [
        {"learner_id": "x", "credential_id": "a", "occurred_at": "1970-01-01"},
        {"learner_id": "y", "credential_id": "b", "occurred_at": "2099-12-31"},
    ]
    ready = prepared(credentials=CREDENTIALS, interactions=[*acts, *odd, acts[7]])
    told = inputs.told(ready.data, ready.known.period())
    assert told["far"] == len(odd)
    assert told["months"][0] == ["2024-01", 17 + 1]
    assert told["months"][-1] == ["2025-02", 17]
    assert sum(count for _, count in told["months"]) == DAYS + 1
    assert told["doubled"] == {"interactions": 1, "titles": 2}
    assert told["never_met"] == pytest.approx(1 / 3)
    assert told["rows"]["interactions"] == DAYS + len(odd) + 1


def test_an_order_has_no_months() -> None:
    acts = [{"learner_id": "l", "credential_id": "a", "occurred_at": at} for at in (1, 2, 10**6)]
    ready = prepared(credentials=CREDENTIALS, interactions=acts)
    told = inputs.told(ready.data, ready.known.period())
    assert (told["months"], told["far"]) == ([], 0)
