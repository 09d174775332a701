"""Single values of a CTDL resource: cost, effort, validity, level, language, delivery, status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from training.importers.ctdl.vocabulary import CURRENCIES, DELIVERY, LEVELS, ON_OFFER
from training.importers.durations import days, hours
from training.importers.found import Found
from training.importers.linked import Node, many, objects, references, text
from training.importers.rows import Row

AGGREGATE: Final = "aggregatecost"
PART: Final = re.compile(r"\b(?:per|each|every)\b", re.IGNORECASE)
"""A pattern of payments in which the price is not that of the whole."""

GONE: Final = "1970-01-01"
"""``available_until`` of what is not on offer, where it is not told since when."""


def cost(found: Found, node: Node) -> Row:
    """``cost`` and ``currency``: the aggregate where there is one, else the sum over the types of
    direct cost. Unknown where a type has several prices (by residency, by audience), none, or
    another currency.
    """
    prices: dict[str, set[tuple[float, str | None]]] = {}
    for profile in objects(node, "estimatedCost"):
        price = _number(profile.get("price"))
        kind = next(concepts(profile, "directCostType"), "")
        if price is None or PART.search(text(profile, "paymentPattern") or ""):
            found.left["costs without a price, or of a part such as a credit hour"] += 1
            return {}
        currency = text(profile, "currency")
        prices.setdefault(kind, set()).add((price, CURRENCIES.get(str(currency).lower(), currency)))
    if AGGREGATE in prices:
        prices = {AGGREGATE: prices[AGGREGATE]}
    single = [next(iter(each)) for each in prices.values() if len(each) == 1]
    currencies = {currency for _, currency in single}
    if not prices:
        return {}
    if len(single) < len(prices) or len(currencies) > 1:
        found.left["costs that differ by whom they are for, or in currency"] += 1
        return {}
    return {"cost": sum(price for price, _ in single), "currency": currencies.pop()}


def effort(found: Found, node: Node) -> float | None:
    """Hours: the effort where it is told, else the exact duration, else the middle of a range (the
    maximum where only that is told). Calendar time is none; profiles that disagree say nothing.
    """
    told = {
        each
        for profile in objects(node, "estimatedDuration")
        if (each := _effort(profile)) is not None
    }
    if not told and node.get("estimatedDuration"):
        found.left["durations on the calendar, which are no effort"] += 1
    return told.pop() if len(told) == 1 else None


def _effort(profile: Node) -> float | None:
    def read(name: str) -> float | None:
        value = text(profile, name)
        return None if value is None else hours(value)

    exact = next(
        (each for name in ("timeRequired", "exactDuration") if (each := read(name)) is not None),
        None,
    )
    if exact is not None:
        return exact
    low, high = read("minimumDuration"), read("maximumDuration")
    if high is None:
        return None
    return high if low is None else (low + high) / 2


def validity(node: Node) -> float | None:
    """Days until it has to be renewed."""
    told = text(node, "renewalFrequency")
    return None if told is None else days(told)


def level(node: Node) -> str | None:
    """The named level; ``None`` where several or none of Cairn's are told."""
    named = {LEVELS[each] for each in concepts(node, "audienceLevelType") if each in LEVELS}
    return named.pop() if len(named) == 1 else None


def language(node: Node) -> str | None:
    """The first language, without its region."""
    first = text(node, "inLanguage")
    return None if first is None else first.replace("_", "-").partition("-")[0].lower()


def delivery(node: Node) -> str | None:
    """The first way of delivery."""
    names = ("deliveryType", "learningDeliveryType", "assessmentDeliveryType")
    first = next((each for name in names for each in concepts(node, name)), None)
    return None if first is None else DELIVERY.get(first, first)


def offered(node: Node) -> Row:
    """``available_from``, ``available_until``: its own dates; what has ceased is on offer no more,
    and what is in development not yet.
    """
    until = text(node, "expirationDate")
    if (state := status(node)) is not None and state not in ON_OFFER:
        return {"available_until": GONE}
    return {"available_from": text(node, "dateEffective"), "available_until": until}


def status(node: Node) -> str | None:
    """Its lifecycle status, in small letters."""
    names = ("lifeCycleStatusType", "credentialStatusType", "lifecycleStatusType")
    return next((each for name in names for each in concepts(node, name)), None)


def quality(found: Found, node: Node) -> Row:
    """Who vouches for it, what state it is in, and the credits it states."""
    told: Row = {
        "accredited_by": found.people(node, "accreditedBy"),
        "recognised_by": found.people(node, "recognizedBy"),
        "approved_by": found.people(node, "approvedBy"),
        "regulated_by": found.people(node, "regulatedBy"),
        "credits": [credit for each in objects(node, "creditValue") if (credit := amount(each))],
    }
    state = status(node)
    return {name: value for name, value in told.items() if value} | (
        {} if state in (None, "active") else {"status": state}
    )


def amount(profile: Node) -> Row:
    """A value profile: ``value`` or ``min`` and ``max``, with its ``unit`` and ``level``."""
    names = {"value": "value", "minValue": "min", "maxValue": "max", "percentage": "percent"}
    told: Row = {
        short: number
        for name, short in names.items()
        if (number := _number(profile.get(name))) is not None
    }
    unit = next(concepts(profile, "creditUnitType"), None) or text(profile, "unitText")
    grade = next(concepts(profile, "creditLevelType"), None)
    return told | {n: v for n, v in (("unit", unit), ("level", grade)) if told and v is not None}


def concepts(node: Node, name: str) -> Iterator[str]:
    """The concepts of a vocabulary that a property names, in small letters without prefix."""
    for each in many(node.get(name)):
        told = each
        if isinstance(each, dict):
            told = next(references(each, "targetNode"), None) or text(each, "targetNodeName", "@id")
        if isinstance(told, str) and told.strip():
            last = told.strip().rstrip("/").replace("#", "/").rsplit("/", 1)[-1]
            yield last.rsplit(":", 1)[-1].replace(" ", "").lower()


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < float("inf") else None
