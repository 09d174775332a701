"""The application: its parts put together, nothing else."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from threadpoolctl import threadpool_limits

from models.errors import UsageError
from models.records.people import People
from service import problems
from service.badges.fetching import Fetcher
from service.bundles import Checked
from service.chores import ended
from service.cors import Cors
from service.decisions.audit import AuditLog
from service.decisions.log import DecisionLog
from service.decisions.store import DecisionStore
from service.experiments.assignment import Experiments
from service.experiments.assignment import read as read_experiments
from service.folding import Folding
from service.ledger import Ledger
from service.lti.parts import lti
from service.middleware import BodyLimit, RequestId
from service.repeats import Repeats
from service.replica import Replica
from service.routes import (
    badges,
    caliper,
    catalogue,
    decisions,
    demo,
    docs,
    events,
    health,
    learners,
    matching,
    pages,
    path_pages,
    paths,
    recommendations,
    shared,
    tokens,
    widget,
    xapi,
)
from service.routes import lti as lti_routes
from service.settings import Settings
from service.spool import Spool
from service.state import LifespanState, Service
from service.store import Store
from service.telemetry.gauges import keep_looking
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing
from service.telemetry.watch import Watch
from service.tenants.keys import Keys
from service.tenants.limits import Buckets
from service.tenants.seal import Seal
from service.tenants.served import Tenants
from service.tenants.terms import read as read_tenants
from service.traces import keep_clean
from service.turns import Turns


class Cairn(FastAPI):
    """FastAPI, with its problem documents described."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description."""
        return problems.described(super().openapi())


UNTOLD: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework tells nothing of what it does."""

SWITCH: Final = 0.0005
"""Seconds that a plan being made may keep the interpreter when others wait for it."""


def create_app(
    settings: Settings,
    now: Callable[[], float] = time.time,
    checked: Checked | None = None,
) -> FastAPI:
    """The service on the bundle and the store of ``settings``; ``now`` is its clock, ``checked``
    are bundles that were found intact on the way here.

    Raises ``UsageError`` when ``settings`` name no store, unusable keys or unusable tenants.
    Bundles are read when the application starts, once in each worker.
    """
    if settings.redis_url is None:
        raise UsageError("CAIRN_REDIS_URL is not set")
    url = settings.redis_url.get_secret_value()
    key = None if settings.demo_key is None else settings.demo_key.get_secret_value()
    secret = None if settings.token_secret is None else settings.token_secret.get_secret_value()
    keys = Keys(settings.api_keys_file, key)
    actors = None if settings.actor_secret is None else settings.actor_secret.get_secret_value()
    file = settings.tenants_file
    terms = None if file is None else read_tenants(file, settings.bundle, keys.tenants)
    metrics = Metrics(settings.metrics_dir)
    running = read_experiments(settings.experiments_file)
    tracing = None if settings.otlp_endpoint is None else Tracing(settings.otlp_endpoint)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[LifespanState]:
        tenants = Tenants(terms, settings.bundle, keys, metrics, checked)
        async with AsyncExitStack() as parts:
            if tracing is not None:
                parts.callback(tracing.close)
            # One thread of number crunching each: other cores are other workers'. BLAS is bound
            # for the whole process, OpenMP (FAISS, LightGBM) for the thread that says so.
            parts.enter_context(threadpool_limits(1))
            if threading.current_thread() is threading.main_thread():  # the process is our own
                sys.setswitchinterval(SWITCH)
                # What was loaded so far stays. To look through all of it now and then for what
                # nothing leads to would keep everybody waiting for a tenth of a second and more.
                gc.collect()
                gc.freeze()
                gc.collect()  # of nothing: how much there is says when it looks at all again
            reader = parts.enter_context(ThreadPoolExecutor(1, "reader", threadpool_limits, (1,)))
            store = await parts.enter_async_context(
                Store(
                    url,
                    settings.store_timeout,
                    settings.store_connections,
                    patience=settings.store_patience,
                    timed=metrics.inside.store.time,
                )
            )
            spool = await parts.enter_async_context(
                Spool(settings.var / "spool", settings.spool_bytes)
            )
            ledger = Ledger(store, spool, Buckets(settings.workers))
            kept = DecisionStore(store, settings.decision_days, settings.audit_days)
            log = DecisionLog(kept, spool, metrics, now, on=settings.decision_days > 0)
            audit = AuditLog(kept, spool, now)
            parts.push_async_callback(log.flush)
            seal = Seal(store, secret)
            learning = lti(settings.lti_file, seal, store, now)
            following = [bundles.follow() for bundles in tenants.bundles]
            if secret is None:
                following.append(seal.keep_learning())
            if settings.bundle_url is not None:
                replica = Replica(settings.bundle_url, settings.bundle)
                parts.callback(replica.close)
                following.append(replica.keep_following())
            chores = [
                asyncio.create_task(chore)
                for chore in (
                    ledger.keep_draining(),
                    Folding(store).keep_folding(),
                    keep_clean(store),
                    keys.follow(),
                    learning.platforms.follow(),
                    log.keep_flushing(),
                    audit.keep_draining(),
                    keep_looking(metrics.inside, tenants.default, ledger),
                    *following,
                )
            ]
            try:
                yield {
                    "service": Service(
                        tenants,
                        ledger,
                        keys,
                        seal,
                        learning,
                        metrics,
                        now,
                        reader,
                        log,
                        audit,
                        Experiments(running),
                        Repeats(settings.repeat_bytes, settings.repeat_seconds, now),
                        Fetcher(),
                        settings.public_url,
                        partial(People.of, secret=actors, home_pages=settings.home_pages),
                        Turns(),
                    )
                }
            finally:
                await ended(chores)

    app = Cairn(
        title="Cairn",
        summary="What a learner should earn next towards a role, in what order, and why.",
        version="1",
        lifespan=lifespan,
        redirect_slashes=False,
        # Both would have browsers load scripts from elsewhere; /docs is a page of our own.
        docs_url=None,
        redoc_url=None,
        # Its own would tell paths, which hold learners' ids; what is traced is in ``telemetry``.
        telemetry=UNTOLD,
    )
    problems.install(app)
    # Asked most often by far: found in one step, where what is included takes two.
    app.router.routes += recommendations.router.routes
    routers = (
        paths, shared, path_pages, events, xapi, caliper, badges, learners,
        tokens, decisions, catalogue, matching, health, docs, widget,
    )  # fmt: skip
    for module in routers:
        app.include_router(module.router)
    app.include_router(shared.pages)
    app.include_router(lti_routes.router)
    if settings.demo_page:
        if key is None:
            raise UsageError("CAIRN_DEMO_PAGE needs CAIRN_DEMO_KEY: the page acts with it")
        app.include_router(pages.router)
        app.include_router(demo.router(key))
    # The last added is the outermost.
    app.add_middleware(BodyLimit, most=settings.max_body_bytes)
    app.add_middleware(Cors)
    app.add_middleware(Watch, metrics=metrics, tracing=tracing)
    app.add_middleware(RequestId)
    return app
