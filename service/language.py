"""The languages of pages that the service renders itself; the one door to ``babel``.

What is said is in ``words/LANGUAGE.json``, the same names in each. There are no sentences with a
number whose grammar depends on it: numbers stand beside their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson
from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

FOLDER: Final = Path(__file__).with_name("words")
NAMES: Final = ("en", "es", "fr", "ar")


@dataclass(frozen=True, slots=True)
class Language:
    """How one language says things; ``direction`` is ``ltr`` or ``rtl``, ``own_name`` its name in
    itself.
    """

    name: str
    direction: str
    own_name: str
    words: dict[str, str]

    def say(self, word: str, /, **facts: object) -> str:
        """The text of that name, with ``facts`` in it."""
        return self.words[word].format(**facts)

    def number(self, value: float) -> str:
        """With at most two places."""
        return format_decimal(value, "#,##0.##", locale=self.name)

    def money(self, amount: float, currency: str | None) -> str:
        """An amount; of an unknown currency the number alone."""
        if currency is None:
            return self.number(amount)
        return format_currency(amount, currency, locale=self.name)

    def percent(self, share: float) -> str:
        """A share 0..1."""
        return format_percent(share, locale=self.name)

    def listed(self, names: list[str]) -> str:
        """One name after the other."""
        return self.words["and"].join(names)

    def day(self, moment: datetime) -> str:
        """The date of a moment, UTC."""
        return format_date(moment, "long", locale=self.name)


def _read(name: str) -> Language:
    locale = Locale.parse(name)
    words = orjson.loads((FOLDER / f"{name}.json").read_bytes())
    return Language(name, locale.text_direction, str(locale.get_language_name(name)), words)


LANGUAGES: Final = {name: _read(name) for name in NAMES}
"""The first is spoken where none is wished for."""


def chosen(wished: str | None, accepted: str = "") -> Language:
    """The language ``wished`` for, or else the first of those ``accepted`` (RFC 9110's
    ``Accept-Language``) that there is.
    """
    if wished in LANGUAGES:
        return LANGUAGES[wished]
    found = negotiate_locale(_by_weight(accepted), NAMES, sep="-")
    return LANGUAGES[found or NAMES[0]]


def _by_weight(accepted: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for each in accepted[:1_000].split(","):
        name, _, weight = each.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), name.partition("-")[0].lower()))
        except ValueError:
            continue
    return [name for _, name in sorted(weighed, key=lambda pair: pair[0])]
