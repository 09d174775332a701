"""The bundle in memory: everything an answer is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bundle.files import VECTORS, Parts
from models.bundle.manifest import Manifest
from models.collaborative import Factors, Folding
from models.conditions import Conditions
from models.encoder import TextEncoder
from models.errors import BundleCorrupt
from models.exposure import Floor
from models.histories import Histories
from models.ids import IdMap
from models.index import VectorIndex
from models.journeys import Journeys
from models.ranker import Ranker
from models.skill_matcher import SkillMatcher
from models.sparse import Csr
from models.tables import Credentials, Roles, SkillLinks, Skills
from models.trend import Trend, descending
from models.vectors import Vectors

Arrays = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the data say of credentials and skills, learners apart. ``n`` × ``s`` as below.

    - ``near`` (s × s): how far holding one skill counts as another, 0..1, itself included.
    - ``closers`` (s × n): by skill, the credentials that teach it or a near one, with the
      level they lead to; ``closers_credit``, aligned, is the nearness 0..1. A credential
      comes again, next to itself, where it leads higher by a skill less near.
    - ``stacks`` (n × n): a credential → the stacks it counts towards; ``stack_parts`` is
      its transpose.
    - ``text_vectors`` (n, t): unit vectors of the credentials' texts; (n, 0) without text.
    - ``onward`` (t,): the direction in which texts lie later; (0,) where it is not known.
    - ``place`` (n,): where each stands in the catalogue; (0,) where its order means nothing.
    """

    near: Csr
    closers: Csr
    closers_credit: NDArray[np.float32]
    stacks: Csr
    stack_parts: Csr
    conditions: Conditions
    text_vectors: Vectors
    onward: NDArray[np.float32]
    place: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What learners did, as fitted models. ``n`` credentials, ``r`` roles.

    - ``following`` (n × n each): weight of going from the row to the column, decayed by the
      steps between (slow, then fast decay), normalised by row; ``preceding`` is the reverse
      direction; ``in_session`` counts only steps within one sitting.
    - ``item_item`` (n × n): weights of the item-to-item model.
    - ``followers`` (n × n): number of learners who met the column soon after the row.
    - ``after_pair`` (p × n): share of those who took two steps in a row that went on to the
      column; ``pairs`` (p,), ascending, are the pairs' keys: earlier step · n + later step.
    - ``journeys``: the ways of earlier learners, to find those alike.
    - ``begun_with`` (n,): how many learners met each credential first of all, 0..1.
    - ``learners_of`` (n,): number of learners who met each credential; ``most_learners`` the
      largest of them, 1 at least; ``by_learners`` (≤ n,) the rows of those met, most first;
      ``unmet`` (n,) marks those nobody met, ``unmet_rows`` (u,) are their rows.
    - ``popular_for_role`` (r × n): share of the learners with that target, of whom there
      are ``learners_for_role`` (r,), who met it.
    - ``trend``: popularity over time; ``None`` for data without dates.
    - ``prior`` (n,): how likely each is to be taken by one of whom nothing is known, ≥ 0.
    - ``factors``: the collaborative model; ``None`` when none was fitted.
    """

    following: tuple[Csr, ...]
    preceding: Csr
    in_session: Csr
    item_item: Csr
    followers: Csr
    after_pair: Csr
    pairs: NDArray[np.int64]
    journeys: Journeys
    begun_with: NDArray[np.float32]
    learners_of: NDArray[np.float32]
    most_learners: float
    by_learners: NDArray[np.int32]
    unmet: NDArray[np.bool_]
    unmet_rows: NDArray[np.int32]
    popular_for_role: Csr
    learners_for_role: NDArray[np.float32]
    trend: Trend | None
    prior: NDArray[np.float32]
    factors: Factors | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything an answer is made from; immutable.

    ``floors`` are the deployer's policy of exposure, from the configuration that it was made with.
    ``matcher`` and the ``quick`` encoder read texts for the skills they speak of; ``None`` where
    nothing was learned for that.
    """

    manifest: Manifest
    credentials: Credentials
    skills: Skills
    roles: Roles
    histories: Histories
    knowledge: Knowledge
    behaviour: Behaviour
    indexes: Mapping[str, VectorIndex]
    ranker: Ranker | None
    encoder: TextEncoder | None
    quick: TextEncoder | None = None
    matcher: SkillMatcher | None = None
    floors: tuple[Floor, ...] = ()

    def __repr__(self) -> str:
        return f"<bundle {self.version}>"

    @property
    def version(self) -> str:
        return self.manifest.bundle_version

    @property
    def n(self) -> int:
        """Number of credentials."""
        return len(self.credentials)


FOLLOWING = ("following_slow", "following_fast")


def assemble(
    manifest: Manifest,
    parts: Parts,
    encoder: TextEncoder | None,
    quick: TextEncoder | None = None,
) -> Bundle:
    """Give a bundle's raw parts their meaning."""
    held = {array: name for name, array in VECTORS.items() if name in parts.indexes}
    vectors = {array: parts.indexes[name].vectors() for array, name in held.items()}
    arrays: Arrays = {**parts.arrays, **vectors}
    tables = parts.tables
    known = behaviour(arrays)
    of_unmet = parts.indexes.get("unmet", known.unmet_rows)
    if len(of_unmet) != len(known.unmet_rows):
        raise BundleCorrupt("the index of what nobody met is not of as many credentials")
    skills = Skills(tables["skills"])
    credentials = Credentials(tables["credentials"], _links(arrays, "teaches"), skills)
    roles = Roles(tables["roles"], _links(arrays, "requires"), skills)
    return Bundle(
        manifest=manifest,
        credentials=credentials,
        skills=skills,
        roles=roles,
        histories=Histories(
            IdMap(tables["learners"]["id"]),
            credentials.ids,
            *(arrays[f"histories.{name}"] for name in ("indptr", "credential", "kind", "at")),
        ),
        knowledge=Knowledge(
            near=_csr(arrays, "near"),
            closers=_csr(arrays, "closers"),
            closers_credit=arrays["closers.credit"],
            stacks=_csr(arrays, "stacks"),
            stack_parts=_csr(arrays, "stack_parts"),
            conditions=Conditions(
                **{name: arrays[f"conditions.{name}"] for name in Conditions.__dataclass_fields__}
            ),
            text_vectors=arrays["text_vectors"],
            onward=arrays.get("onward", np.zeros(0, np.float32)),
            place=arrays["place"],
        ),
        behaviour=known,
        indexes=parts.indexes,
        ranker=None if parts.ranker is None else Ranker(parts.ranker, manifest.features),
        encoder=encoder,
        quick=quick,
        matcher=SkillMatcher.mapped(arrays),
        floors=tuple(map(Floor.model_validate, manifest.config.get("exposure", ()))),
    )


def behaviour(arrays: Arrays) -> Behaviour:
    """The fitted models among a bundle's arrays."""
    unmet = arrays["learners_of"] == 0
    trend = Trend.among(arrays) if "trend.at" in arrays else None
    # Bundles of before there was a prior judged by how many took each credential, lately if known.
    taken = arrays["learners_of"] if trend is None else trend.standing[:, -1]
    return Behaviour(
        following=tuple(_csr(arrays, name) for name in FOLLOWING),
        preceding=_csr(arrays, "preceding"),
        in_session=_csr(arrays, "in_session"),
        item_item=_csr(arrays, "item_item"),
        followers=_csr(arrays, "followers"),
        after_pair=_csr(arrays, "after_pair"),
        pairs=arrays["pairs"],
        journeys=Journeys(_csr(arrays, "taken"), _csr(arrays, "passing")),
        begun_with=arrays["begun_with"],
        learners_of=arrays["learners_of"],
        most_learners=max(1.0, float(arrays["learners_of"].max(initial=0.0))),
        by_learners=descending(arrays["learners_of"]),
        unmet=unmet,
        unmet_rows=np.flatnonzero(unmet).astype(np.int32),
        popular_for_role=_csr(arrays, "popular_for_role"),
        learners_for_role=arrays["learners_for_role"],
        trend=trend,
        prior=arrays.get("prior", taken),
        factors=Factors(
            arrays["factors.vectors"],
            arrays["factors.solver"],
            Folding(*(float(value) for value in arrays["factors.folding"])),
        )
        if "factors.vectors" in arrays
        else None,
    )


def _csr(arrays: Arrays, name: str) -> Csr:
    return Csr(*(arrays[f"{name}.{part}"] for part in ("indptr", "indices", "values")))


def _links(arrays: Arrays, name: str) -> SkillLinks:
    return SkillLinks(
        links=_csr(arrays, name),
        match=arrays[f"{name}.match"],
        inferred=arrays[f"{name}.inferred"],
        importance=arrays.get(f"{name}.importance"),
    )
