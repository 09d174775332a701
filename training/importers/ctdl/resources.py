"""Resources of CTDL as rows of the data contract: credentials, competencies, roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from models.prerequisites import Condition, Leaf, NeedsCredential, leaves
from models.renewal import KEY
from training.importers.ctdl import values
from training.importers.ctdl.conditions import required
from training.importers.ctdl.renewal import asked
from training.importers.ctdl.vocabulary import CREDENTIALS, EARLIER, LATER
from training.importers.found import Found, identity, identity_of
from training.importers.linked import Node, all_texts, kinds, many, objects, references, text
from training.importers.rows import Row

REQUIRED: Final = ("requires", "entryCondition")
ALIGNED: Final = {
    "exactAlignment": "exact", "majorAlignment": "close", "minorAlignment": "related",
    "narrowAlignment": "narrow",
}  # fmt: skip
BESIDE: Final = ("corequisite", "coPrerequisite")


def credential(found: Found, node: Node) -> Row:
    """A credential, learning opportunity or assessment."""
    id_ = identity_of(node)
    issuers = found.people(node, "ownedBy", "offeredBy")
    return {
        "id": id_,
        "title": text(node, "name") or id_,
        "description": text(node, "description"),
        "issuer": issuers[0] if issuers else None,
        "skills": _skills(found, node),
        "level": values.level(node),
        "hours": values.effort(found, node),
        **values.cost(found, node),
        "language": values.language(node),
        "delivery": values.delivery(node),
        **values.offered(node),
        "expires_after_days": values.validity(node),
        "quality": _quality(found, node),
        "url": next(references(node, "subjectWebpage"), None),
        "_needs": dict.fromkeys(_needs(found, node)),
        "_beside": required(found, node, *BESIDE),
    }


def _quality(found: Found, node: Node) -> Row:
    renewal = asked(found, node)
    return values.quality(found, node) | ({KEY: renewal} if renewal else {})


def _skills(found: Found, node: Node) -> list[Row]:
    """What it teaches and assesses; of a credential also what it certifies, the competencies that
    earning it requires.
    """
    named = [each for name in ("teaches", "assesses") for each in many(node.get(name))]
    if set(kinds(node)) & CREDENTIALS:
        profiles = objects(node, "requires")
        named += [each for profile in profiles for each in many(profile.get("targetCompetency"))]
    skills = dict.fromkeys(skill for each in named if (skill := found.skill(each)) is not None)
    return [{"skill": each} for each in skills]


def _needs(found: Found, node: Node) -> list[Condition]:
    needs = required(found, node, *REQUIRED)
    for reference in references(node, "commonConditions"):
        manifest = found.graph.find(reference)
        if manifest is None:
            found.left["condition manifests that are in no document"] += 1
        else:
            needs += required(found, manifest, *REQUIRED)
    return needs


def relations(found: Found, node: Node) -> None:
    """What a resource says of its place among others, in either direction."""
    own = found.credentials[identity_of(node)]
    found.wholes(own["id"], references(node, "isPartOf"))
    found.parts(own["id"], references(node, "hasPart"))
    for leaf in _asked(found, node, *EARLIER):
        if isinstance(leaf, NeedsCredential):
            found.after(own, leaf.id)
        else:
            found.left["competencies that are merely recommended"] += 1
    for leaf in _asked(found, node, *LATER):
        if isinstance(leaf, NeedsCredential):
            found.after(found.row(leaf.id), own["id"])
    for leaf in _asked(found, node, "isRequiredFor"):
        if isinstance(leaf, NeedsCredential):
            found.needs(found.row(leaf.id), [NeedsCredential(own["id"])])
    for reference in references(node, "precededBy"):
        found.after(own, found.credential(reference))
    for reference in references(node, "precedes"):
        found.after(found.row(found.credential(reference)), own["id"])


def _asked(found: Found, node: Node, *properties: str) -> Iterator[Leaf]:
    """What the condition profiles of properties name."""
    return (leaf for each in required(found, node, *properties) for leaf in leaves(each))


def transfer(found: Found, node: Node) -> None:
    """A transfer value profile: what its sources count elsewhere, kept with their quality."""
    worth = [told for each in objects(node, "transferValue") if (told := values.amount(each))]
    accepted = [
        (None if (other := found.graph.find(each)) is None else text(other, "name")) or each
        for each in references(node, "transferValueFor")
    ]
    told = {"profile": text(node, "name"), "for": accepted, "value": worth}
    told["by"] = found.people(node, "ownedBy")
    for reference in references(node, "transferValueFrom"):
        own = found.row(found.credential(reference))
        quality = own.setdefault("quality", {})
        quality.setdefault("transfer", []).append({k: v for k, v in told.items() if v})


def competency(found: Found, node: Node) -> None:
    """A competency of a framework."""
    id_ = identity_of(node)
    label, statement = text(node, "competencyLabel"), text(node, "competencyText")
    framework = next(
        (other for each in references(node, "isPartOf") if (other := found.graph.find(each))), None
    )
    known = found.skills.setdefault(id_, {"id": id_})
    spelled = all_texts(node, ("competencyLabel", "altCodedNotation", "competencyText"))
    told: Row = {
        "label": label or statement,
        "description": statement if label else text(node, "comment"),
        "taxonomy": None if framework is None else text(framework, "name"),
        "aliases": [each for each in spelled if each not in (label or statement, statement)],
        "broader": [
            identity_of(other)
            for each in references(node, "isChildOf", "broadAlignment")
            if (other := found.graph.find(each)) is not None and "Competency" in kinds(other)
        ],
    }
    known.update({name: value for name, value in told.items() if value})
    for name, kind in ALIGNED.items():
        for each in references(node, name):
            other = found.graph.find(each)
            found.link(id_, identity(each) if other is None else identity_of(other), kind)
    after = [found.skill(each) for each in references(node, "prerequisiteAlignment")]
    if after:
        known["after"] = [each for each in after if each != id_]


def role(found: Found, node: Node) -> None:
    """An occupation, job or work role, with the competencies it asks for."""
    proxies = list(references(node, "proxyFor", "sourceData"))
    id_ = identity(proxies[0]) if proxies else identity_of(node)
    known = found.roles.setdefault(id_, {"id": id_})
    asked = [
        skill
        for profile in objects(node, "requires")
        for each in many(profile.get("targetCompetency"))
        if (skill := found.skill(each)) is not None
    ]
    told: Row = {
        "title": text(node, "name"),
        "aliases": all_texts(node, ("alternateName",)),
        "description": text(node, "description"),
        "requirements": [{"skill": each} for each in dict.fromkeys(asked)],
    }
    for name, value in told.items():
        if value:
            known.setdefault(name, value)
