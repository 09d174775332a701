"""schema.org: courses, programmes and credentials in JSON-LD, on its own or in a page's scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from models.domain import LEVELS
from models.errors import UsageError
from models.prerequisites import NeedsCredential, NeedsSkill
from training.importers.durations import days, hours
from training.importers.found import Found, identity_of
from training.importers.linked import (
    Graph,
    Node,
    kinds,
    many,
    objects,
    parsed,
    references,
    text,
    texts,
)
from training.importers.pages import scripts
from training.importers.rows import Row
from training.importers.source import Imported, Source, Tables

CREDENTIALS: Final = frozenset({"EducationalOccupationalCredential"})
COURSES: Final = frozenset({"Course", "EducationalOccupationalProgram", "WorkBasedProgram"})
PAGES: Final = (".html", ".htm")
MODES: Final = {
    "onsite": "classroom", "inperson": "classroom", "in-person": "classroom", "online": "online",
    "mooc": "online", "blended": "blended", "hybrid": "blended",
}  # fmt: skip


def read(path: Path, existing: Tables) -> Imported:
    """All documents and pages below ``path``."""
    graph = Graph()
    for name, content in Source(path).documents(".json", ".jsonld", *PAGES):
        for script in scripts(content) if name.lower().endswith(PAGES) else [content]:
            document = parsed(name, script)
            _addressed(document)
            graph.add(name, document)
    found = Found(graph, CREDENTIALS | COURSES)
    earned = [node for node in graph.nodes if set(kinds(node)) & found.described]
    if not earned:
        raise UsageError(f"{path}: holds no course or credential of schema.org")
    for node in earned:
        row = _credential(found, node)
        found.credentials.setdefault(row["id"], row)
        found.documents.setdefault(row["id"], graph.of[id(node)])
    for node in earned:
        _relations(found, node)
    return found.imported(existing)


def _addressed(value: Any) -> None:
    """Give resources without an ``@id`` the one that schema.org has for them: their address."""
    if isinstance(value, list):
        for each in value:
            _addressed(each)
    elif isinstance(value, dict):
        of = {each.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for each in texts(value.get("@type"))}
        if "@id" not in value and of & (CREDENTIALS | COURSES):
            at = text(value, "url", "schema:url", "identifier")
            if at is not None:
                value["@id"] = at
        for part in value.values():
            _addressed(part)


def _credential(found: Found, node: Node) -> Row:
    id_ = identity_of(node)
    names = ("provider", "publisher", "creator", "sourceOrganization", "offeredBy")
    issuers = found.people(node, *names)
    return {
        "id": id_,
        "title": text(node, "name") or id_,
        "description": text(node, "description"),
        "issuer": issuers[0] if issuers else None,
        "skills": _skills(found, node),
        "level": _level(node),
        "hours": _effort(node),
        **_price(found, node),
        "language": _language(node),
        "delivery": _delivery(node),
        "expires_after_days": _validity(node),
        "quality": _quality(found, node),
        "url": next(references(node, "url"), None),
        "_needs": _needs(found, node),
    }


def _skills(found: Found, node: Node) -> list[Row]:
    names = ("competencyRequired", "teaches", "assesses")
    skills = [_skill(found, each) for name in names for each in many(node.get(name))]
    return [{"skill": each} for each in dict.fromkeys(skills) if each is not None]


def _skill(found: Found, value: Any, *, row: bool = False) -> str | None:
    """A defined term by its address, an alignment by its target, else the text."""
    if not isinstance(value, dict):
        return found.skill(value, row=row)
    group = value.get("inDefinedTermSet") or value.get("educationalFramework")
    at = next(references(value, "targetUrl"), None) or value.get("@id") or value.get("url")
    told: Node = {
        "targetNode": at,
        "targetNodeName": text(value, "targetName", "name", "termCode"),
        "targetNodeDescription": text(value, "targetDescription", "description"),
        "frameworkName": text(group, "name", "url", "@id") if isinstance(group, dict) else group,
    }
    return found.skill({name: part for name, part in told.items() if part}, row=row)


def _needs(found: Found, node: Node) -> list[NeedsCredential | NeedsSkill]:
    """Prerequisites that a program can judge: other courses and credentials, and competencies."""
    needs: list[NeedsCredential | NeedsSkill] = []
    for each in many(node.get("coursePrerequisites")) + many(node.get("programPrerequisites")):
        of = set(kinds(each)) if isinstance(each, dict) else set()
        if of & {"AlignmentObject", "DefinedTerm"}:
            skill = _skill(found, each, row=True)
            needs += [] if skill is None else [NeedsSkill(skill)]
        elif isinstance(each, dict) and (of & found.described or not of) and each.get("@id"):
            needs += [NeedsCredential(found.credential(at)) for at in references({"": each}, "")]
        elif isinstance(each, str) and found.graph.find(each) is not None:
            needs.append(NeedsCredential(found.credential(each)))
        else:
            found.left["prerequisites in words, which only people can judge"] += 1
    return needs


def _relations(found: Found, node: Node) -> None:
    own = identity_of(node)
    found.wholes(own, references(node, "educationalCredentialAwarded", "isPartOf"))
    found.parts(own, references(node, "hasCourse", "hasPart"))


def _level(node: Node) -> str | None:
    for each in many(node.get("educationalLevel")):
        told = text(each, "name", "termCode") if isinstance(each, dict) else each
        if isinstance(told, str) and told.strip().lower() in LEVELS:
            return told.strip().lower()
    return None


def _effort(node: Node) -> float | None:
    """Hours: ``timeRequired``, else the workload on which all of the course's instances agree."""
    own = text(node, "timeRequired")
    if own is not None:
        return hours(own)
    told = {text(each, "courseWorkload") for each in objects(node, "hasCourseInstance")} - {None}
    efforts = {hours(each) for each in told if each is not None}
    return efforts.pop() if len(efforts) == 1 else None


def _price(found: Found, node: Node) -> Row:
    """Free where it says so, else the price on which all offers agree."""
    prices: set[tuple[str, str | None]] = set()
    for offer in _offers(node):
        low, high = text(offer, "lowPrice"), text(offer, "highPrice")
        price = text(offer, "price") or (low if low == high else None)
        if price is None and (offer.get("lowPrice") is not None or offer.get("price") is not None):
            prices.add(("", None))
        elif price is not None:
            prices.add((price, text(offer, "priceCurrency")))
        elif (text(offer, "category") or "").lower() == "free":
            prices.add(("0", None))
    if len(prices) == 1 and ("", None) not in prices:
        price, currency = prices.pop()
        return {"cost": price, "currency": currency}
    if prices:
        found.left["prices that differ by offer"] += 1
    elif str(node.get("isAccessibleForFree")).lower() == "true":
        return {"cost": 0}
    return {}


def _offers(node: Node) -> Iterator[Node]:
    """Offers; where one has no price of its own, how it is specified in its place."""
    for offer in objects(node, "offers"):
        specified = list(objects(offer, "priceSpecification"))
        own = any(offer.get(name) is not None for name in ("price", "lowPrice", "highPrice"))
        yield from [offer] if own or not specified else specified


def _language(node: Node) -> str | None:
    for each in many(node.get("inLanguage")):
        told = text(each, "alternateName", "name") if isinstance(each, dict) else each
        if isinstance(told, str) and told.strip():
            return told.strip().replace("_", "-").partition("-")[0].lower()
    return None


def _delivery(node: Node) -> str | None:
    modes = [
        mode
        for each in (node, *objects(node, "hasCourseInstance"))
        for name in ("courseMode", "educationalProgramMode")
        for mode in many(each.get(name))
        if isinstance(mode, str) and mode.strip()
    ]
    plain = {mode.strip().rsplit("/", 1)[-1].replace(" ", "").lower() for mode in modes}
    known = {MODES[mode] for mode in plain if mode in MODES}
    if known >= {"online", "classroom"}:
        return "blended"
    return known.pop() if len(known) == 1 else None


def _validity(node: Node) -> float | None:
    told = text(node, "validFor")
    return None if told is None else days(told)


def _quality(found: Found, node: Node) -> Row:
    category = [
        text(each, "name", "termCode", "@id") if isinstance(each, dict) else each
        for each in many(node.get("credentialCategory"))
    ]
    credits_ = [
        _amount(each if isinstance(each, dict) else {"value": each})
        for each in many(node.get("numberOfCredits"))
    ]
    told: Row = {
        "recognised_by": found.people(node, "recognizedBy"),
        "accredited_by": found.people(node, "accreditedBy"),
        "category": [each for each in category if isinstance(each, str) and each.strip()],
        "credits": credits_,
    }
    return {name: value for name, value in told.items() if value}


def _amount(value: Node) -> Row:
    told = {"value": value.get("value"), "unit": text(value, "unitText", "unitCode")}
    return {name: part for name, part in told.items() if isinstance(part, int | float | str)}
