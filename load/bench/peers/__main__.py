"""Serve one of them: ``python -m load.bench.peers NAME --data DIR --port P``."""

from __future__ import annotations

import argparse
import importlib
import os
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from load.bench.peers.base import peer_app, read_world
from load.bench.peers.ceiling import ceiling_app

MODELS = {"lightfm": "LightfmModel", "implicit": "ImplicitModel", "rectools": "RectoolsModel"}
"""Each peer's module, which has its name, is loaded only where it is served: not every environment
has RecTools, and what one library takes must not count as another's memory."""


def create_app(name: str, data: Path, key: str) -> FastAPI:
    """The application of a peer, fitted on ``data``, or the ceiling with the answer ``data``."""
    if name == "ceiling":
        return ceiling_app(data, key)
    threadpool_limits(1)
    world = read_world(data)
    model = getattr(importlib.import_module(f"load.bench.peers.{name}"), MODELS[name])
    return peer_app(world, model(world), key)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["ceiling", *MODELS])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    app = partial(create_app, chosen.name, chosen.data, os.environ["CAIRN_DEMO_KEY"])
    # As the service's own server is set up.
    uvicorn.run(
        app, factory=True, port=chosen.port, workers=chosen.workers, ws="none", access_log=False,
        server_header=False, proxy_headers=False, log_level="warning",
    )  # fmt: skip


if __name__ == "__main__":
    main()
