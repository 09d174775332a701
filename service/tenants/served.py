"""What each tenant is served: its part of a bundle, and how much of it.

A tenant's bundle is a view in which what it must not see does not exist. Whatever answers from it
need not think of tenants, and cannot forget to.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.bundle import Bundle
from models.narrow import narrowed
from service.badges.trust import Trust
from service.bundles import Bundles, Checked
from service.telemetry.metrics import Metrics
from service.tenants.keys import Keys
from service.tenants.limits import Costly, Toll
from service.tenants.terms import Terms

NAMED: Final = 10
"""At most so many ids are named in a line of the log."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """A tenant's part of a ``whole`` bundle, with or without what training knew of learners."""

    whole: Bundle
    histories: bool
    part: Bundle


class Tenants:
    """The tenants of a process, on ``terms`` by name; without any all get ``default``, whole.

    Each source of bundles is read once, whoever it serves. What training knew of a learner by
    their id is used for a tenant whose terms say so; without terms for the tenant of all keys,
    where there is only one. Raises ``BundleError`` as ``Bundles`` does.
    """

    def __init__(
        self,
        terms: Mapping[str, Terms] | None,
        default: Path,
        keys: Keys,
        metrics: Metrics,
        checked: Checked | None = None,
    ) -> None:
        self._terms = terms
        self._everything = Terms(default)
        self._keys = keys
        self._views: dict[tuple[str, str], View] = {}
        folders: dict[Path, Bundles] = {}
        self._served: dict[Path, Bundles] = {}
        for source in (default, *(each.source for each in (terms or {}).values())):
            folder = source.resolve()
            if folder not in folders:
                folders[folder] = Bundles(source, metrics, checked)
            self._served[source] = folders[folder]
        self.default = self._served[default]
        self.bundles = tuple(folders.values())

    def admits(self, tenant: str) -> bool:
        """Whether a tenant with keys is one of these."""
        return self._terms is None or tenant in self._terms

    def bundle(self, tenant: str, tried: Bundle | None = None) -> Bundle:
        """The tenant's part of what is current, or of a bundle that is ``tried`` in its place; to
        be asked for once in each request.
        """
        terms = self._of(tenant)
        whole = self._served[terms.source].current if tried is None else tried
        histories = self._owns(tenant, terms)
        name = (tenant, "" if tried is None else tried.version)
        view = self._views.get(name)
        if view is None or view.whole is not whole or view.histories != histories:
            view = self._views[name] = View(
                whole, histories, narrowed(whole, terms.shelf, histories=histories)
            )
            self._forget_replaced()
            if vain := terms.shelf.unknown(whole.credentials):
                names = ", ".join(f"'{each}'" for each in vain[:NAMED])
                logger.warning(
                    "tenant %s: of what its catalogue names, the bundle %s lacks %d: %s",
                    tenant, whole.version, len(vain), names,
                )  # fmt: skip
        return view.part

    def _forget_replaced(self) -> None:
        """Let go of views of bundles that were replaced, or idle tenants would keep those."""
        current = {id(bundles.current) for bundles in self.bundles}
        self._views = {
            (tenant, tried): view
            for (tenant, tried), view in self._views.items()
            if tried or id(view.whole) in current
        }

    def trust(self, tenant: str) -> Trust:
        """Whose credentials the tenant trusts, and which hosts it lets be asked."""
        return self._of(tenant).trust

    def toll(self, tenant: str, kind: Costly, tokens: int = 1) -> Toll | None:
        """What a request takes from the tenant's bucket; ``None`` where there is no limit."""
        rate = self._of(tenant).rates.get(kind)
        return None if rate is None else Toll(tenant, kind, rate, tokens)

    def _of(self, tenant: str) -> Terms:
        return self._everything if self._terms is None else self._terms[tenant]

    def _owns(self, tenant: str, terms: Terms) -> bool:
        if self._terms is None:
            return self._keys.tenants == {tenant}
        return terms.owns_histories
