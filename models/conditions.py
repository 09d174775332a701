"""All prerequisites of a catalogue, evaluated at once.

``all``, ``any`` and ``at_least`` are each "at least k of these hold", so every tree becomes
nodes with a needed count, and the whole catalogue is decided bottom-up in one pass that counts
the true children of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.ids import IdMap
from models.kernels.conditions import decide
from models.prerequisites import All, AtLeast, Condition, NeedsCredential, NeedsSkill
from models.prerequisites import Any as AnyOf

NEVER = -1
"""Row of a credential or skill that is not in the bundle: nobody can hold it."""

CREDENTIAL, SKILL, INNER = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Conditions:
    """Nodes of all trees, arrays of shape ``(nodes,)``, parents before children, owners ascending.

    ``kind`` tells leaves (a credential, a skill) from inner nodes; ``row`` is the row a
    leaf speaks of; ``level`` the skill level it asks for, 0 for any; ``need`` how many
    children an inner node needs; ``parent`` the node above, or -1 at a root; ``depth`` its
    distance from the root; ``owner`` the credential whose prerequisite it belongs to.
    """

    kind: NDArray[np.uint8]
    row: NDArray[np.int32]
    level: NDArray[np.float32]
    need: NDArray[np.int32]
    parent: NDArray[np.int32]
    depth: NDArray[np.int32]
    owner: NDArray[np.int32]

    @classmethod
    def compile(cls, trees: Mapping[int, Condition], credentials: IdMap, skills: IdMap) -> Self:
        """Flatten the trees of credentials (by row) into nodes."""
        nodes: list[tuple[int, int, float, int, int, int, int]] = []

        def add(tree: Condition, parent: int, depth: int, owner: int) -> None:
            here = len(nodes)
            match tree:
                case NeedsCredential(external):
                    row = credentials.row(external)
                    leaf = NEVER if row is None else row
                    nodes.append((CREDENTIAL, leaf, 0.0, 0, parent, depth, owner))
                case NeedsSkill(external, level):
                    row = skills.row(external)
                    leaf = NEVER if row is None else row
                    nodes.append((SKILL, leaf, level or 0.0, 0, parent, depth, owner))
                case All(parts) | AnyOf(parts) | AtLeast(_, parts):
                    need = _needed(tree, parts)
                    nodes.append((INNER, NEVER, 0.0, need, parent, depth, owner))
                    for part in parts:
                        add(part, here, depth + 1, owner)

        for owner, tree in trees.items():
            add(tree, -1, 0, owner)
        columns = list(zip(*nodes, strict=True)) if nodes else [()] * 7
        kinds = (np.uint8, np.int32, np.float32, np.int32, np.int32, np.int32, np.int32)
        return cls(*(np.array(c, k) for c, k in zip(columns, kinds, strict=True)))

    def credentials(self, owners: NDArray[np.int32]) -> list[list[int]]:
        """The credentials that the prerequisite of each of some credentials names."""
        # Of the same type as what is searched, which otherwise would be copied first.
        starts, ends = self.owner.searchsorted(owners), self.owner.searchsorted(owners, "right")
        return [
            self.row[start:end][self.kind[start:end] == CREDENTIAL].tolist()
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]

    def met(self, held: NDArray[np.bool_], levels: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which of ``n`` credentials a learner may start, ``(n,)``.

        ``held`` ``(n,)`` marks credentials held; ``levels`` ``(skills,)`` are skill levels
        0..1, NaN where a skill is not held.
        """
        open_ = np.ones(len(held), np.bool_)
        decide(
            self.kind, self.row, self.level, self.need, self.parent, self.owner, held, levels, open_
        )
        return open_


def _needed(tree: Condition, parts: Sequence[Condition]) -> int:
    match tree:
        case AtLeast(n, _):
            return n
        case AnyOf():
            return 1
        case _:
            return len(parts)
