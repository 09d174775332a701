"""Names of keys in the store.

All keys of a tenant share the hash tag ``{tenant}``, which keeps them apart from other tenants'
and, in a cluster, together.

=============================  ======  ==============================================
``cairn:tenants``              set     every tenant that anything was written for
``cairn:rewritten``            string  erasures of which the files hold no trace
``cairn:token-secret``         string  what widget tokens are signed with, unless set otherwise
``cairn:{t}:events``           stream  the order of acceptance, entry ids only
``cairn:{t}:log``              hash    entry id → event as ``packed``
``cairn:{t}:seen``             hash    event id → entry id, for idempotence
``cairn:{t}:history:LEARNER``  list    entry ids of one learner
``cairn:{t}:state:LEARNER``    string  what of the history counts, folded
``cairn:{t}:profile:LEARNER``  string  profile as JSON
``cairn:{t}:erased``           zset    hashes of erased learners' ids, by when
``cairn:{t}:erasures``         string  how many erasures there were
``cairn:{t}:limit:KIND``       string  when a token bucket is full again; in memory alone
=============================  ======  ==============================================

What is kept of decisions is told in ``decisions.store``, of shared paths in ``shares``, of badges
in ``badges.kept``.
"""

from __future__ import annotations

from typing import Final

from service.tenants.limits import Toll

TENANTS: Final = "cairn:tenants"

COUNTING: Final = ("profile", "history", "state", "badges")
"""Keys of a learner, where what counts of them in answers is read."""


def key(tenant: str, *parts: str) -> str:
    """The name of a tenant's key."""
    return ":".join((f"cairn:{{{tenant}}}", *parts))


def bucket(toll: Toll) -> str:
    """The key of the bucket that a toll is taken from."""
    return key(toll.tenant, "limit", toll.kind)
