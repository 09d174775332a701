"""Credentials of the catalogue and their issuers as resources of CTDL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from models.domain import LEVELS
from models.tables import Card
from service.ctdl.graph import Graph, Node, add, concept, ids, words

CREDENTIAL: Final = "MicroCredential"
_LEVELS: Final = {value: f"audLevel:{name.title()}Level" for name, value in LEVELS.items()}
_DELIVERY: Final = {
    "online": "deliver:OnlineOnly", "classroom": "deliver:InPerson",
    "blended": "deliver:BlendedDelivery",
}  # fmt: skip
_VOUCHED: Final = {
    "accreditedBy": "accredited_by", "recognizedBy": "recognised_by",
    "approvedBy": "approved_by", "regulatedBy": "regulated_by",
}  # fmt: skip
MICROS: Final = 1_000_000


def named(graph: Graph, external: str, title: str, **told: Any) -> Node:
    """A credential of which no more is told than its title, unless ``told``."""
    return graph.resource(CREDENTIAL, "credential", external, name=words(title, None), **told)


def credential(graph: Graph, card: Card, titles: dict[str, str]) -> Node:
    """A credential with what is known of it; ``titles`` are those of its stacks."""
    language, quality = card["language"], card["quality"] or {}
    node = graph.resource(CREDENTIAL, "credential", card["id"])
    add(
        node,
        name=words(card["title"], language),
        description=words(card["description"], language),
        ownedBy=ids(organisations(graph, [card["issuer"]])),
        subjectWebpage=card["url"],
        inLanguage=[] if language is None else [language],
        audienceLevelType=_concepts("AudienceLevel", _LEVELS.get(card["level"])),
        learningDeliveryType=_concepts("Delivery", _DELIVERY.get(card["delivery"])),
        estimatedDuration=_effort(card["hours"]),
        estimatedCost=costs(**card["cost"]) if card["cost"] else [],
        dateEffective=_day(card["available_from"]),
        expirationDate=_day(card["available_until"]),
        renewalFrequency=_days(card["expires_after_days"]),
        isPartOf=[
            named(graph, stack, titles[stack])["@id"]
            for stack in card["stacks_into"]
            if stack in titles
        ],
        **{
            name: ids(organisations(graph, quality.get(ours) or []))
            for name, ours in _VOUCHED.items()
        },
    )
    return node


def organisations(graph: Graph, names: list[str | None]) -> list[Node]:
    """Organisations by name, which is all that is known of them."""
    return [
        graph.resource("Organization", "organization", name, name=words(name, None))
        for name in names
        if isinstance(name, str) and name
    ]


def duration(hours: float) -> str:
    """Hours as an ISO 8601 duration, to the microsecond."""
    minutes, micros = divmod(round(hours * 3600 * MICROS), 60 * MICROS)
    whole, minutes = divmod(minutes, 60)
    seconds = f"{micros / MICROS:.6f}".rstrip("0").rstrip(".")
    rest = f"{minutes}M" * (minutes > 0) + f"{seconds}S" * (micros > 0)
    return f"PT{whole}H{rest}" if whole or not rest else f"PT{rest}"


def _effort(hours: float | None) -> list[Node]:
    if hours is None:
        return []
    return [{"@type": "ceterms:DurationProfile", "ceterms:timeRequired": duration(hours)}]


def costs(amount: float | None, currency: str | None) -> list[Node]:
    """What something takes in all, where it is known."""
    if amount is None:
        return []
    profile: Node = {"@type": "ceterms:CostProfile"}
    kind = concept("CostType", "costType:AggregateCost")
    add(profile, directCostType=kind, price=amount, currency=currency)
    return [profile]


def _concepts(scheme: str, name: str | None) -> list[Node]:
    return [] if name is None else [concept(scheme, name)]


def _day(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).date().isoformat()


def _days(days: float | None) -> str | None:
    return None if days is None else f"P{days:f}".rstrip("0").rstrip(".") + "D"
