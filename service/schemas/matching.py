"""Skills out of a text: the question and the answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, RootModel, StringConstraints

from service.schemas.fields import Body, Share, Whole


class MatchRequest(Body):
    """Which skills does this text speak of: a résumé, a job advert, a course's description?"""

    text: Annotated[str, StringConstraints(max_length=20_000)]
    limit: Annotated[Whole, Field(ge=1, le=100)] = 20
    threshold: Share = 0.1


class SpanOut(BaseModel):
    """The place in the text, in characters (code points): from ``start`` to before ``end``, where
    it says ``text``.
    """

    start: int
    end: int
    text: str


class MatchedSkill(BaseModel):
    """A skill that the text speaks of, and how likely so, ``score`` 0..1."""

    skill: str
    label: str
    score: float
    span: SpanOut


class MatchResponse(RootModel[list[MatchedSkill]]):
    """The skills, the likeliest first, each once, where it is said most clearly."""
