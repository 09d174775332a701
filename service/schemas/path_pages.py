"""A learner's path as a page of text: what is asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from service.schemas.fields import Body, Id, Whole
from service.schemas.learners import LearnerQuery
from service.schemas.paths import ObjectiveIn, PathConstraintsIn
from service.schemas.recommendations import RoleText


class PathPageRequest(Body):
    """The gap, the next ``limit`` credentials and the path, in words. A ``fragment`` is to be put
    into a page or a mail, otherwise the answer is a whole document.
    """

    learner: LearnerQuery = LearnerQuery()
    target_role: Id | RoleText | None = None
    constraints: PathConstraintsIn = PathConstraintsIn()
    objective: ObjectiveIn = ObjectiveIn()
    limit: Annotated[Whole, Field(ge=1, le=20)] = 3
    lang: Literal["en", "es", "fr", "ar"] = "en"
    fragment: StrictBool = False
