"""Running the service: its address, its store, its workers, and leaving in good order."""

from __future__ import annotations

import errno
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Any, Final

import uvicorn
from pydantic import SecretStr
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from models import bundle
from models.errors import CairnError, PortInUse, UsageError
from service.app import create_app
from service.bundles import Checked, begin
from service.experiments.assignment import Experiments
from service.experiments.assignment import read as read_experiments
from service.lti.platforms import Platforms
from service.replica import Replica
from service.settings import Settings, bound_threads, share_metrics
from service.telemetry.logs import log_config
from service.telemetry.tracing import check as check_tracing
from service.tenants.auth import Scope, load_keyring, new_key
from service.tenants.terms import read as read_tenants
from service.valkey import embedded_valkey

HTTP: Final[Mapping[str, Any]] = {
    "lifespan": "on",
    "ws": "none",
    # Of its own: uvicorn's would log paths, which hold learner ids.
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
}
"""How the server treats every request."""

WORKER_PATIENCE: Final = 30
"""Seconds in which a worker must give a sign of life; on a busy machine loading takes so long."""


def serve(settings: Settings, announce: Callable[[str], None] = lambda url: None) -> None:
    """Serve until told to stop (SIGINT or SIGTERM); to be called from the main thread.

    ``announce`` is told the service's URL once its address and its store are there;
    requests sent from then on are answered, the first as soon as the bundle is loaded.
    Without a Redis URL an embedded Valkey runs as long as the service does. Without any
    API key one is made for this run and shown. Raises ``BundleError``, ``PortInUse``,
    ``StoreUnavailable`` or ``UsageError`` before anything is answered.
    """
    check_tracing(settings.otlp_endpoint)
    settings = with_some_key(settings)
    checked = _check(settings)
    with ExitStack() as parts:
        parts.enter_context(_stopping_in_order())
        listener = parts.enter_context(_listening(settings.host, settings.port))
        if settings.redis_url is None:
            url = parts.enter_context(
                embedded_valkey(settings.var / "valkey", settings.appendfsync)
            )
            settings = settings.model_copy(update={"redis_url": SecretStr(url)})
        if settings.workers > 1:
            settings = _with_shared_metrics(settings)
            bound_threads()
        announce(_url(listener))
        _run(settings, listener, checked)


def _check(settings: Settings) -> Checked:
    """Raise now what would else be found out in a worker, with nobody to tell; returns what was
    found intact: by the folder, and with the bundle where this process will serve it.
    """
    key = None if settings.demo_key is None else settings.demo_key.get_secret_value()
    Platforms(settings.lti_file)
    keyring = load_keyring(settings.api_keys_file, key)
    Experiments(read_experiments(settings.experiments_file))
    sources = {settings.bundle}
    if settings.tenants_file is not None:
        terms = read_tenants(settings.tenants_file, settings.bundle, keyring.tenants)
        sources |= {each.source for each in terms.values()}
    if settings.bundle_url is not None:
        replica = Replica(settings.bundle_url, settings.bundle)
        with closing(replica):
            replica.begin()
    intact: Checked = {}
    for source in sources:
        found, behind = begin(source)
        meant = None if behind else bundle.resolve(source)
        if meant is not None and meant.name == found.version:  # and no other promoted meanwhile
            intact[meant.resolve()] = found if settings.workers == 1 else None
    return intact


def with_some_key(settings: Settings) -> Settings:
    """``settings``, with a key made for this run (and printed) when they name none."""
    if settings.api_keys_file is not None or settings.demo_key is not None:
        return settings
    settings, key = with_demo_key(settings)
    print(f"No API keys are set; this run answers to the key {key}", file=sys.stderr)
    return settings


def with_demo_key(settings: Settings) -> tuple[Settings, str]:
    """``settings`` with a demo key, made for this run when they name none, and that key."""
    if settings.demo_key is not None:
        return settings, settings.demo_key.get_secret_value()
    key, _ = new_key("demo", frozenset(Scope))
    return settings.model_copy(update={"demo_key": SecretStr(key)}), key


def _with_shared_metrics(settings: Settings) -> Settings:
    folder = settings.var / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    share_metrics(folder)
    return settings.model_copy(update={"metrics_dir": folder})


def _run(settings: Settings, listener: socket.socket, checked: Checked) -> None:
    config = uvicorn.Config(
        partial(create_app, settings, checked=checked),
        factory=True,
        workers=settings.workers,
        **HTTP,
        log_level=settings.log_level,
        log_config=log_config(settings),
        timeout_graceful_shutdown=settings.shutdown_timeout,
        timeout_worker_healthcheck=WORKER_PATIENCE,
    )
    if settings.workers == 1:
        server = uvicorn.Server(config)
        try:
            server.run(sockets=[listener])
        except SystemExit as error:
            raise CairnError("the service could not start; the log says why") from error
    else:
        supervisor = Multiprocess(config, sockets=[listener])
        supervisor.run()
        if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
            raise CairnError("a worker could not start; the log says why")


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}: {error.strerror}") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(2048)
        except OSError as error:
            place = f"{host}:{port}"
            if error.errno == errno.EADDRINUSE:
                message = f"{place} is in use by another process; choose another --port"
                raise PortInUse(message) from error
            raise UsageError(f"cannot listen on {place}: {error.strerror}") from error
        yield listener


@contextmanager
def _stopping_in_order() -> Iterator[None]:
    """Turn a SIGTERM into the same unwinding as Ctrl-C, so that every part is closed."""

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
