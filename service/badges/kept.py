"""What was imported for a learner, in the store.

============================  ====  ============================================================
``cairn:{t}:badges:LEARNER``  hash  digest of issuer and id → a badge as ``held.packed_badge``
============================  ====  ============================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from models.errors import StoreUnavailable
from service.ledger import Ledger
from service.problems import ProblemError

MOST: Final = 200
"""So many badges of one learner are kept."""


async def keep(
    ledger: Ledger,
    tenant: str,
    learner_id: str,
    badges: Mapping[str, bytes],
    withdrawn: Sequence[str],
) -> list[bool]:
    """Keep ``badges`` by name in the place of earlier ones, drop those ``withdrawn``; answers for
    each that is kept whether it is new. Raises ``StoreUnavailable``, also while an erasure waits,
    and a 409 problem where there would be too many.
    """
    if ledger.spool.of(tenant, learner_id).forgets:
        raise StoreUnavailable("an erasure of this learner waits for the store")
    args: list[str | int | bytes] = [MOST, len(withdrawn), *withdrawn]
    args += [each for pair in badges.items() for each in pair]
    fresh = await ledger.store.operation("badges_keep")(tenant, [("badges", learner_id)], args)
    if fresh is None:
        raise ProblemError(409, f"Of one learner at most {MOST} credentials are kept.")
    return [bool(each) for each in fresh]
