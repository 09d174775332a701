"""What a badge certifies, in the terms of the bundle: its skills, and the credential it is."""

from __future__ import annotations

from models.bundle import Bundle
from models.resolve import find_skill
from service.badges.achievements import Achieved, Aligned
from service.schemas.badges import AchievementOut, BadgeSkill


def matched(bundle: Bundle, achieved: Achieved) -> AchievementOut:
    """An achievement with what the bundle knows of it; encodes words."""
    return AchievementOut(
        id=achieved.id,
        name=achieved.name,
        type=achieved.type,
        human_code=achieved.human_code,
        criteria=achieved.criteria,
        credits_earned=achieved.credits_earned,
        credits_available=achieved.credits_available,
        credential=_credential(bundle, achieved),
        skills=[_skill(bundle, each) for each in achieved.skills],
    )


def _skill(bundle: Bundle, aligned: Aligned) -> BadgeSkill:
    ids = [each for each in (aligned.url, aligned.code) if each is not None]
    found = find_skill(bundle, ids, aligned.name)
    return BadgeSkill(
        name=aligned.name,
        url=aligned.url,
        code=aligned.code,
        framework=aligned.framework,
        origin=aligned.origin,
        level=aligned.level,
        skill=None if found is None else bundle.skills.ids[found.row],
        label=None if found is None else bundle.skills.labels[found.row],
        by=None if found is None else found.by,
        score=None if found is None else round(found.score, 4),
    )


def _credential(bundle: Bundle, achieved: Achieved) -> str | None:
    """The one of that id, else the one at that address."""
    credentials = bundle.credentials
    for name in achieved.addresses:
        if credentials.row(name) is not None:
            return name
    wanted = {each.rstrip("/") for each in achieved.addresses}
    for row, url in enumerate(credentials.columns["url"]):
        if url is not None and url.rstrip("/") in wanted and credentials.shown[row]:
            return credentials.ids[row]
    return None
