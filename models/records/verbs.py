"""What verbs of xAPI and actions of Caliper say in Cairn's kinds; ``docs/records.md`` shows both.

What is not here says nothing of a whole credential that Cairn could learn from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.domain import Kind

ADL: Final = "http://adlnet.gov/expapi/verbs/"
CMI5: Final = "https://w3id.org/xapi/adl/verbs/"
TINCAN: Final = "http://id.tincanapi.com/verb/"
STREAMS: Final = "http://activitystrea.ms/schema/1.0/"

VOIDED: Final = f"{ADL}voided"

_VERBS: Final[Mapping[Kind, Mapping[str, tuple[str, ...]]]] = {
    Kind.COMPLETE: {
        ADL: ("completed", "passed", "mastered"),
        CMI5: ("satisfied",),
        TINCAN: ("earned",),
        STREAMS: ("complete", "satisfy"),
    },
    Kind.ENROL: {ADL: ("registered", "attempted"), STREAMS: ("join", "start")},
    Kind.VIEW: {
        ADL: ("launched", "initialized", "experienced", "resumed"),
        TINCAN: ("viewed", "previewed"),
        STREAMS: ("access", "experience", "open", "read", "watch"),
    },
    Kind.SAVE: {TINCAN: ("bookmarked",), STREAMS: ("save", "favorite")},
    Kind.RATE: {ADL: ("scored",), TINCAN: ("rated",)},
    Kind.DISMISS: {TINCAN: ("skipped",), STREAMS: ("dislike", "ignore", "reject")},
}

VERBS: Final[Mapping[str, Kind]] = {
    f"{place}{name}": kind
    for kind, places in _VERBS.items()
    for place, names in places.items()
    for name in names
}
"""xAPI: the verb's IRI."""

ACTIONS: Final[Mapping[str, Kind]] = {
    "Completed": Kind.COMPLETE,
    "Started": Kind.ENROL,
    "OptedIn": Kind.ENROL,
    "Subscribed": Kind.ENROL,
    "NavigatedTo": Kind.VIEW,
    "Viewed": Kind.VIEW,
    "Launched": Kind.VIEW,
    "Retrieved": Kind.VIEW,
    "Resumed": Kind.VIEW,
    "Bookmarked": Kind.SAVE,
    "Saved": Kind.SAVE,
    "Ranked": Kind.RATE,
    "Graded": Kind.RATE,
    "Declined": Kind.DISMISS,
    "Disliked": Kind.DISMISS,
    "OptedOut": Kind.DISMISS,
    "Skipped": Kind.DISMISS,
}
"""Caliper 1.2: the action's term."""
