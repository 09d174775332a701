"""The drift report: the last days of a service beside what its bundle was trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from models.bundle import Bundle
from models.domain import Event, Kind
from training.drift import data, served

DAY: Final = 86_400.0

Row = tuple[str, str, str, float, float | None, str]
"""Learner, credential, kind, seconds since the epoch (UTC), value and the event's id."""


def measure(
    bundle: Bundle,
    log: Iterable[Row],
    decisions: Iterable[Mapping[str, Any]],
    tenant: str,
    now: float,
    days: float,
) -> dict[str, Any]:
    """Everything told of the ``days`` before ``now`` (seconds since the epoch), JSON-ready.

    ``log`` and ``decisions`` are all that the service recorded for the ``tenant``. What cannot be
    measured is left out, and ``absent`` says why. Scores are those of this very bundle's answers.
    """
    begin = now - days * DAY
    whole = data.histories_of(bundle)
    acts: defaultdict[str, list[Event]] = defaultdict(list)
    for learner, credential, kind, at, value, _ in log:
        acts[learner].append(Event(credential, Kind(kind), at, value))
    since: dict[str, list[Event]] = {}
    before: dict[str, tuple[Event, ...]] = {}
    for learner, each in acts.items():
        each.sort(key=lambda act: act.at)
        recent = [act for act in each if begin <= act.at <= now]
        if recent:
            since[learner] = recent
        # A bundle trained since ``begin`` knows recent acts, too.
        acts[learner] = sorted({*bundle.histories.of(learner), *each}, key=lambda act: act.at)
        before[learner] = tuple(act for act in acts[learner] if act.at < begin)
    answers = [
        each
        for each in decisions
        if each["route"] == "recommendations" and begin <= each["at"] <= now
    ]
    mine = [each for each in answers if each["bundle_version"] == bundle.version]
    last_at = bundle.manifest.data.last_at
    found: dict[str, Any] = {
        "bundle": bundle.version,
        "tenant": tenant,
        "from": _day(begin),
        "to": _day(now),
        "trained_until": None if last_at is None else _day(last_at),
        "events": sum(map(len, since.values())),
        "learners": len(since),
        "answers": len(answers),
        "by_this_bundle": len(mine),
    }
    absent: dict[str, str] = {}
    found |= data.drift(bundle, whole, since, before, answers)
    at_training = bundle.manifest.metrics.get("scores")
    if at_training is None:
        why = "the bundle does not say how its scores were spread at training"
        absent |= {"scores": why, "calibration": why}
    elif not mine:
        why = "no answer of these days is this bundle's"
        absent |= {"scores": why, "calibration": why}
    else:
        found["scores"] = served.scores(at_training, mine)
        found["calibration"] = served.calibration(at_training, mine, acts, tenant)
    return found | {"absent": absent}


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
