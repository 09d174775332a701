"""A framework of skills: what is known of them apart from any catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.errors import UsageError
from training.matching import Names


@dataclass(frozen=True, slots=True)
class Framework:
    """``s`` skills in row order, ``aliases`` as JSON lists; ``asked`` (s,) counts the roles that
    ask for each.
    """

    ids: Sequence[str]
    labels: Sequence[str]
    aliases: Sequence[str | None]
    descriptions: Sequence[str | None]
    asked: NDArray[np.int64]

    @classmethod
    def of(cls, tables: Mapping[str, pl.DataFrame]) -> Self:
        """From tables of the data contract: ``skills``, and ``roles`` if they are there.

        Raises ``UsageError`` without skills.
        """
        skills = tables.get("skills")
        if skills is None or skills.is_empty():
            raise UsageError("there is no table of skills, by which a text could be read")
        ids = skills["id"].to_list()
        labels = skills["label"].fill_null(skills["id"]).to_list()
        aliases = [
            None if cell is None else json.dumps(cell, ensure_ascii=False)
            for cell in skills["aliases"].to_list()
        ]
        known = Names.of(ids, labels, aliases)
        asked = np.zeros(len(ids), np.int64)
        for entries in tables["roles"]["requirements"].to_list() if "roles" in tables else ():
            matches = (known.find(entry["skill"]) for entry in entries or ())
            for row in {match.row for match in matches if match is not None}:
                asked[row] += 1
        return cls(ids, labels, aliases, skills["description"].to_list(), asked)

    def names(self) -> Names:
        """What leads to a skill: id, label and aliases."""
        return Names.of(self.ids, self.labels, self.aliases)
