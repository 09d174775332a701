"""The logs read from outside the running service, for the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from models import bundle
from models.bundle import Bundle
from models.domain import Kind
from models.errors import UsageError
from service.decisions.audit import Act, AuditLog
from service.decisions.store import DecisionStore
from service.experiments.assignment import Variant, read
from service.experiments.outcomes import Exposure, attribute, exposures
from service.experiments.replay import Known, Ranking, by_mark
from service.experiments.report import Judged, Report, judge, report
from service.export import Log, Row, all_events
from service.held import tombstone
from service.reading import stored
from service.settings import Settings
from service.spool import Spool
from service.store import Store

Clock = Callable[[], float]


async def decisions_under(
    settings: Settings, tenant: str, who: str, request_id: str, now: Clock
) -> list[dict[str, Any]]:
    """The decisions under a request id. Raises as ``reading.stored`` does, as all others do."""
    async with _kept(settings) as kept, _spool(settings) as spool:
        audit = AuditLog(kept, spool, now)
        await audit.note(tenant, who, Act.READ_DECISION, request=request_id)
        return await kept.find(tenant, request_id)


async def all_decisions(
    settings: Settings, tenant: str, who: str, now: Clock
) -> list[dict[str, Any]]:
    """Every decision of a tenant, oldest first."""
    async with _kept(settings) as kept, _spool(settings) as spool:
        await AuditLog(kept, spool, now).note(tenant, who, Act.EXPORT_DECISIONS)
        return [each async for each in kept.all(tenant)]


async def recorded(
    settings: Settings, tenant: str, who: str, now: Clock
) -> tuple[list[Row], list[dict[str, Any]]]:
    """A tenant's accepted events and its decisions, both oldest first."""
    async with stored(settings) as store, _spool(settings) as spool:
        kept = DecisionStore(store, settings.decision_days, settings.audit_days)
        await AuditLog(kept, spool, now).note(tenant, who, Act.EXPORT_DECISIONS)
        events = Log(await all_events(store, tenant), [])
        return list(events.rows()), [each async for each in kept.all(tenant)]


async def audit_records(settings: Settings, tenant: str) -> list[dict[str, Any]]:
    """The tenant's audit log, oldest first."""
    async with _kept(settings) as kept:
        return [each async for each in kept.audited(tenant)]


async def experiment_report(
    settings: Settings,
    tenant: str,
    name: str,
    days: float,
    kinds: Sequence[Kind],
    control: str | None,
    target: str | None,
) -> Report:
    """What an experiment found; with a ``target``, the name of one of its variants in the
    experiments file or a bundle's folder, also what that would have earned.

    Raises ``UsageError`` where there is nothing to report or to judge by.
    """
    async with stored(settings) as store:
        kept = DecisionStore(store, settings.decision_days, settings.audit_days)
        shown = exposures([each async for each in kept.all(tenant)], name)
        events = await all_events(store, tenant)
        attribute(shown, events, tenant, days)
        found = report(name, shown, days, kinds, control)
        if target is None:
            return found
        ranking = _ranking(settings, tenant, name, target)
        ids = {event.learner_id for event in events} | set(ranking.bundle.histories.learners)
        return replace(
            found, judged=await _judged(store, tenant, target, shown, kinds, ranking, ids)
        )


async def _judged(
    store: Store,
    tenant: str,
    target: str,
    shown: Sequence[Exposure],
    kinds: Sequence[Kind],
    ranking: Ranking,
    ids: set[str],
) -> Judged:
    wanted = {each.learner for each in shown}
    asked = [name for name in sorted(ids) if tombstone(tenant, name) in wanted]
    held = [Known(name, (await store.record(tenant, name)).state()) for name in asked]
    learners = by_mark(tenant, held)

    def odds(decision: Mapping[str, Any], credential: str) -> float | None:
        return ranking.odds(decision, learners, credential)

    return judge(target, shown, kinds, odds)


def _ranking(settings: Settings, tenant: str, name: str, target: str) -> Ranking:
    for each in read(settings.experiments_file):
        if (each.tenant, each.name) == (tenant, name):
            for variant in each.variants:
                if variant.name == target:
                    return Ranking(_loaded(variant.bundle or settings.bundle), variant)
    if not Path(target).is_dir():
        raise UsageError(
            f"'{target}' is neither a variant of '{name}' in CAIRN_EXPERIMENTS_FILE nor a bundle"
        )
    return Ranking(_loaded(Path(target)), Variant(name=target))


def _loaded(folder: Path) -> Bundle:
    return bundle.read(bundle.resolve(folder))


def _spool(settings: Settings) -> Spool:
    return Spool(settings.var / "spool", settings.spool_bytes)


@asynccontextmanager
async def _kept(settings: Settings) -> AsyncIterator[DecisionStore]:
    async with stored(settings) as store:
        yield DecisionStore(store, settings.decision_days, settings.audit_days)
