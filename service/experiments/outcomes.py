"""What became of the answers in an experiment: events attributed to what was shown."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from models.domain import Kind
from models.histories import standing
from service.held import LoggedEvent, tombstone

CONVERSIONS: Final = (Kind.COMPLETE, Kind.ENROL)
DAY: Final = 86_400.0


@dataclass(slots=True)
class Exposure:
    """One answer under a variant, which the learner was given with probability ``share``.

    ``converted`` are the shown credentials, by kind of event, that the learner went for.
    """

    decision: Mapping[str, Any]
    variant: str
    share: float
    converted: dict[Kind, set[str]] = field(default_factory=dict)

    @property
    def at(self) -> float:
        """When it was shown."""
        return float(self.decision["at"])

    @property
    def learner(self) -> str:
        """The learner's mark."""
        return str(self.decision["learner"])

    @property
    def shown(self) -> list[str]:
        """The credentials in it, the first one first."""
        return [item["credential"] for item in self.decision["items"]]

    @property
    def propensity(self) -> float | None:
        """With what probability the first one came first, where that was left to chance."""
        first = self.decision["items"][:1]
        return first[0]["propensity"] if first else None

    def reached(self, kinds: Iterable[Kind], credential: str | None = None) -> bool:
        """Whether it led to an event of one of the kinds, about this credential or any."""
        found = set().union(*(self.converted.get(kind, set()) for kind in kinds))
        return bool(found) if credential is None else credential in found


def exposures(decisions: Iterable[Mapping[str, Any]], experiment: str) -> list[Exposure]:
    """The answers given within an experiment, in the order of the log."""
    return [
        Exposure(decision, each["variant"], float(each["propensity"]))
        for decision in decisions
        for each in decision.get("experiments", ())
        if each["experiment"] == experiment
    ]


def attribute(
    shown: Sequence[Exposure], events: Iterable[LoggedEvent], tenant: str, days: float
) -> None:
    """Credit each conversion to one answer that showed the credential to that learner before.

    That is the answer whose request the event names; or else the latest one in the ``days``
    before it. What was taken back is no conversion.
    """
    when: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for place, each in enumerate(shown):
        for credential in each.shown:
            when[each.learner, credential].append((each.at, place))
    for moments in when.values():
        moments.sort()
    acts: defaultdict[str, list[LoggedEvent]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.at):
        acts[event.learner_id].append(event)
    for event in chain.from_iterable(map(standing, acts.values())):
        if event.kind not in CONVERSIONS:
            continue
        moments = when.get((tombstone(tenant, event.learner_id), event.credential), [])
        before = moments[: bisect_right(moments, (event.at, len(shown)))]
        named = [
            place
            for _, place in before
            if event.request_id is not None
            and shown[place].decision["request_id"] == event.request_id
        ]
        recent = [place for at, place in before[-1:] if at >= event.at - days * DAY]
        for place in (named or recent)[-1:]:
            shown[place].converted.setdefault(event.kind, set()).add(event.credential)
