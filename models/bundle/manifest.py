"""What a bundle says of itself: ``manifest.json``."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, field_validator

from models.domain import Kind
from models.index import IndexFacts

FORMAT_VERSION = 3
"""1 had no columns beside its tables, and no index but flat ones; 2 had what an index is of beside
it once more."""
READABLE = range(1, FORMAT_VERSION + 1)

CANDIDATES: Final = 400
"""How many candidates are ranked where settings say nothing."""


class Frozen(BaseModel):
    """Read once, never changed; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DataFacts(Frozen):
    """What the bundle was trained on. ``last_at``: seconds since the epoch, if dated."""

    hash: str
    counts: dict[str, int]
    dated: bool
    last_at: float | None


class FileFacts(Frozen):
    """A file as it was written."""

    sha256: str
    bytes: int


class Manifest(Frozen):
    """``bundle_version`` is a digest of the files and settings: same content, same version.

    ``held_kinds``: the kinds of event by which a learner holds a credential; it is then
    not proposed again and its skills count as held. ``kind_weights`` 0..1: how much each
    kind says of what a learner wants.
    """

    format_version: int = FORMAT_VERSION
    bundle_version: str
    created_at: str
    data: DataFacts
    config: dict[str, Any]
    seed: int
    library_versions: dict[str, str]
    held_kinds: tuple[Kind, ...]
    kind_weights: dict[Kind, float]
    dims: dict[str, int]
    indexes: dict[str, IndexFacts]
    features: tuple[str, ...]
    metrics: dict[str, Any]
    files: dict[str, FileFacts]

    @field_validator("config")
    @classmethod
    def _with_a_size(cls, config: dict[str, Any]) -> dict[str, Any]:
        size = config.get("candidates", 1)
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"candidates is {size!r}, expected a whole number from 1 on")
        return config

    @property
    def candidates(self) -> int:
        """So many candidates are ranked: the best by reciprocal rank fusion over the sources."""
        return int(self.config.get("candidates", CANDIDATES))
