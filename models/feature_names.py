"""Names of the columns of the feature matrix; ``models.features`` fills them."""

from __future__ import annotations

from typing import Final

STEPS: Final = {
    "next_fast_3": ("fast", 0.3),
    "next_fast_6": ("fast", 0.6),
    "next_slow_3": ("slow", 0.3),
    "next_slow_6": ("slow", 0.6),
    "next_slow_9": ("slow", 0.9),
}
"""Next-step signals: the matrix of ``Behaviour.following`` and the decay per step back."""

DENSE: Final = (
    *STEPS, "next_pair", "preceding", "in_session", "item_item", "item_last", "item_recent",
    "alike", "stack", "popular_for_role", "gap",
)  # fmt: skip
TREND: Final = ("trend_short", "trend_medium", "trend_long", "trend_lasting")
TEXT: Final = ("text_last", "text_recent", "text_max")
COLUMNS: Final = ("level", "hours", "level_step", "same_issuer")
ORDER: Final = ("order_from_last", "order_from_met")
QUERY: Final = ("history_length", "since_last", "session_length", "gap_before")
FEATURES: Final = (
    *DENSE, "collaborative", "learners", "begun_with", *TREND, *TEXT, *COLUMNS, *ORDER, *QUERY,
    "sources",
)  # fmt: skip
"""All of them, in order."""
