"""The part of a bundle that somebody may see: some credentials, with or without histories."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.histories import Histories
from models.sparse import Csr
from models.tables import Credentials


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which credentials are shown: those that ``include`` names, and those that match every one
    of ``issuers``, ``languages`` and ``delivery`` that is not empty, where any is; never those
    that ``exclude`` names. What is unknown matches nothing; a shelf of which nothing is said
    holds everything.
    """

    issuers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def of(self, credentials: Credentials) -> NDArray[np.bool_]:
        """Mask ``(n,)`` of what is shown."""
        limits = [
            (column, wanted)
            for column, wanted in (
                (credentials.issuer, self.issuers),
                (credentials.language, self.languages),
                (credentials.delivery, self.delivery),
            )
            if wanted
        ]
        shown = np.full(len(credentials), bool(limits) or not self.include)
        for column, wanted in limits:
            shown &= column.among(wanted)
        shown[credentials.ids.rows(self.include)] = True
        shown[credentials.ids.rows(self.exclude)] = False
        return shown

    def unknown(self, credentials: Credentials) -> list[str]:
        """What is named by id and is not in the bundle."""
        return [name for name in (*self.include, *self.exclude) if credentials.row(name) is None]


def narrowed(bundle: Bundle, shelf: Shelf, *, histories: bool) -> Bundle:
    """The bundle as if it held only what is on the ``shelf``, and, without ``histories``, as if
    it had been trained on nobody that can be asked for by id.

    Row numbers stay, models and their arrays are shared; what is hidden has no row by its id, is
    not proposed, found or named, and holding it counts for nothing. A prerequisite that names it
    is never met; it counts as a part of a stack that is shown.
    """
    if not histories:
        bundle = replace(bundle, histories=Histories.none(bundle.credentials.ids))
    shown = shelf.of(bundle.credentials)
    if shown.all():
        return bundle
    stacks, parts = bundle.knowledge.stacks, bundle.knowledge.stack_parts
    knowledge = replace(
        bundle.knowledge,
        stacks=_kept(stacks, shown[stacks.indices]),
        stack_parts=_kept(parts, np.repeat(shown, np.diff(parts.indptr))),
    )
    return replace(bundle, credentials=bundle.credentials.only(shown), knowledge=knowledge)


def _kept(matrix: Csr, keep: NDArray[np.bool_]) -> Csr:
    """The entries under the mask ``keep`` ``(nnz,)``."""
    before = np.concatenate([[0], np.cumsum(keep)])
    return Csr(before[matrix.indptr], matrix.indices[keep], matrix.values[keep])
