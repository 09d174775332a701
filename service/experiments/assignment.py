"""Experiments: which learners are answered differently, how, and with what probability."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    model_validator,
)

from models import bundle, trials
from models.bundle import Bundle
from models.errors import UsageError
from models.explore import Exploration
from service.schemas.fields import Share, Word
from service.schemas.recommendations import RecommendationRequest
from service.tenants.auth import TenantName

FOREVER: Final = datetime.max.replace(tzinfo=UTC)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ExplorationIn(_Part):
    """As ``models.explore.Exploration``."""

    epsilon: Share
    among: Annotated[int, Field(ge=2, le=20)] = 10
    temperature: Annotated[FiniteFloat, Field(gt=0)] = 0.1

    def seeded(self, origin: str) -> Exploration:
        """The same, its draw settled by ``origin``."""
        digest = hashlib.sha256(origin.encode("utf-8", "surrogatepass")).digest()
        # Six bytes: exact in every reader of JSON.
        return Exploration(**self.model_dump(), seed=int.from_bytes(digest[:6]))


class Variant(_Part):
    """What some learners get; whatever is left out is as for everybody."""

    name: Word
    weight: Annotated[FiniteFloat, Field(gt=0)] = 1.0
    bundle: Annotated[Path, Field(strict=False)] | None = None
    goal_weight: Share | None = None
    diversity: Share | None = None
    labour_market: Share | None = None
    exploration: ExplorationIn | None = None

    @cached_property
    def changes(self) -> set[str]:
        """The names of what it changes."""
        return set(self.model_dump(exclude={"name", "weight"}, exclude_none=True))

    @cached_property
    def settings(self) -> dict[str, float]:
        """What it changes in a request."""
        return self.model_dump(
            include={"goal_weight", "diversity", "labour_market"}, exclude_none=True
        )


class Experiment(_Part):
    """Variants for a tenant's learners from ``start`` to before ``end``; ``salt`` shuffles them."""

    tenant: TenantName
    name: Word
    salt: Word
    start: AwareDatetime
    end: AwareDatetime = FOREVER
    variants: Annotated[list[Variant], Field(min_length=2, max_length=20)]

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.end <= self.start:
            raise ValueError("expected an end after the start")
        if len({each.name for each in self.variants}) < len(self.variants):
            raise ValueError("expected variants of different names")
        return self

    @cached_property
    def changes(self) -> set[str]:
        """The names of all that its variants change."""
        return set().union(*(each.changes for each in self.variants))

    @cached_property
    def weights(self) -> list[float]:
        """Of its variants, summing to one."""
        total = sum(each.weight for each in self.variants)
        return [each.weight / total for each in self.variants]


class ExperimentsFile(_Part):
    """The whole file."""

    experiments: list[Experiment] = []

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for one, other in combinations(self.experiments, 2):
            if one.tenant != other.tenant:
                continue
            if one.name == other.name or one.salt == other.salt:
                raise ValueError(f"{one.name}, {other.name}: expected other names and salts")
            shared = one.changes & other.changes
            if shared and one.start < other.end and other.start < one.end:
                both = ", ".join(sorted(shared))
                raise ValueError(f"{one.name} and {other.name} change {both} at the same time")
        return self


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried out in one answer: another ``bundle``, other ``settings`` of the request,
    chance in the first place. ``enrolments`` name experiment, variant and its probability.
    """

    enrolments: tuple[Mapping[str, object], ...] = ()
    bundle: Bundle | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    exploration: Exploration | None = None

    @property
    def explored(self) -> Mapping[str, object] | None:
        """The exploration, JSON-ready."""
        return None if self.exploration is None else asdict(self.exploration)

    def of(self, request: RecommendationRequest) -> RecommendationRequest:
        """The request as it is to be answered."""
        return request.model_copy(update=dict(self.settings)) if self.settings else request


NO_TRIAL: Final = Trial()


def read(file: Path | None) -> tuple[Experiment, ...]:
    """The experiments in a TOML file. Raises ``UsageError`` naming the file and the field."""
    if file is None:
        return ()
    try:
        found = ExperimentsFile.model_validate(tomllib.loads(file.read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not TOML: {error}") from error
    except ValidationError as error:
        faults = [
            f"{'/'.join(map(str, e['loc'])) or 'experiments'}: {e['msg']}" for e in error.errors()
        ]
        raise UsageError("\n".join(f"{file}: {fault}" for fault in faults)) from error
    return tuple(found.experiments)


class Experiments:
    """The experiments that a process runs, with the bundles they need.

    Raises ``BundleError`` when one of those cannot be used.
    """

    def __init__(self, running: Sequence[Experiment]) -> None:
        self._of: dict[str, list[Experiment]] = {}
        for each in running:
            self._of.setdefault(each.tenant, []).append(each)
        folders = {part.bundle for each in running for part in each.variants if part.bundle}
        self._bundles = {folder: bundle.read(bundle.resolve(folder)) for folder in folders}

    def trial(
        self, tenant: str, request: RecommendationRequest, at: float, request_id: str
    ) -> Trial:
        """What is tried out on the learner of a request at a moment.

        A learner without an id takes part in nothing; nor does a request in an experiment with
        what it asks for itself, whichever variant would be the learner's.
        """
        learner = request.learner.id
        if learner is None or tenant not in self._of:
            return NO_TRIAL
        enrolments: list[Mapping[str, object]] = []
        settings: dict[str, float] = {}
        folder, chance = None, None
        for each in self._of[tenant]:
            running = each.start.timestamp() <= at < each.end.timestamp()
            if not running or each.changes & request.model_fields_set:
                continue
            place = trials.variant(each.salt, learner, weights := each.weights)
            found = each.variants[place]
            enrolments.append(
                {"experiment": each.name, "variant": found.name, "propensity": weights[place]}
            )
            settings |= found.settings
            folder, chance = found.bundle or folder, found.exploration or chance
        exploration = None
        if chance is not None:
            exploration = chance.seeded(f"{tenant}:{learner}:{at!r}:{request_id}")
        return Trial(
            tuple(enrolments),
            None if folder is None else self._bundles[folder],
            settings,
            exploration,
        )
