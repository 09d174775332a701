"""Settings of one training run; what ``--config FILE`` may hold."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from models.bundle.manifest import CANDIDATES
from models.domain import Kind
from models.errors import DataError, Fault, UsageError
from models.exposure import Floor


class Config(BaseModel):
    """Everything that shapes a bundle apart from the data and the seed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Literal["minilm", "none"] = "minilm"
    """How texts are compared: with all-MiniLM-L6-v2, or by words only."""

    held_kinds: tuple[Kind, ...] | None = None
    """Kinds of event by which a credential is held. By default ``complete`` where the data
    have completions, else every kind but ``dismiss``."""

    kind_weights: dict[Kind, Annotated[float, Field(gt=0, le=1)]] = {
        Kind.COMPLETE: 1.0,
        Kind.RATE: 1.0,
        Kind.ENROL: 0.8,
        Kind.SAVE: 0.5,
        Kind.CLICK: 0.3,
        Kind.VIEW: 0.3,
    }
    """How much each kind of event says of what a learner wants; a kind left out says 1."""

    components: int = Field(64, ge=2, le=512)
    """Dimensions of the collaborative vectors."""

    ridge: float | None = Field(None, gt=0)
    """Penalty of the item-to-item model; by default the best one on an inner split."""

    slow: float = Field(0.8, gt=0, lt=1)
    fast: float = Field(0.4, gt=0, lt=1)
    """What a transition between two credentials keeps of its weight with every step between them,
    in the model of what comes later and in that of what comes next."""

    backward: float = Field(0.3, ge=0, le=1)
    """What learners did just before counts so much as what they did just after."""

    candidates: int = Field(CANDIDATES, ge=10)
    """So many candidates are ranked at most."""

    folds: int = Field(5, ge=2, le=20)
    """Parts into which learners are divided to train the ranker on answers unseen."""

    questions: int = Field(20_000, ge=100)
    """So many training questions are enough for the ranker."""

    negatives: int = Field(60, ge=1)
    """At most so many wrong candidates are kept for each of them."""

    later: float = Field(0.2, ge=0, le=1)
    """What a learner met soon after is worth so much of what they met next: it was not wrong."""

    leaves: int = Field(15, ge=2, le=255)
    learning_rate: float = Field(0.1, gt=0, le=1)
    rounds: int = Field(400, ge=1)
    """Size of the ranker's trees, their shrinkage, and at most how many."""

    exposure: tuple[Floor, ...] = ()
    """Places of every list that are kept for some credentials; by default none."""

    smallest_group: int = Field(10, ge=2)
    """Groups of fewer learners are never told of."""

    largest_disparity: float | None = Field(0.1, gt=0, le=1)
    """A bundle is refused where the NDCG@10 of a group of learners is surely by more than this
    below that of all others; ``None`` (JSON's null) for no such bar."""

    @field_validator("exposure")
    @classmethod
    def _can_be_kept(cls, floors: tuple[Floor, ...]) -> tuple[Floor, ...]:
        if sum(floor.share for floor in floors) > 1:
            raise ValueError("the shares of all floors together must not be above 1")
        return floors


def read(path: Path | None) -> Config:
    """Settings from a TOML or JSON file, defaults without one.

    Raises ``DataError`` naming every wrong field.
    """
    if path is None:
        return Config.model_validate({})
    try:
        text = path.read_text()
        fields = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        return Config.model_validate(fields)
    except FileNotFoundError as error:
        raise UsageError(f"no configuration file {path}") from error
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is neither TOML nor JSON: {error}") from error
    except ValidationError as error:
        faults = [
            Fault(str(path), None, ".".join(map(str, e["loc"])), str(e["input"])[:80], e["msg"])
            for e in error.errors()
        ]
        raise DataError(faults) from error
