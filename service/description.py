"""The OpenAPI description of the service, without starting one: ``python -m service.description``.

Clients in other languages and the reference pages are generated from it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import SecretStr

from service.app import create_app
from service.settings import Settings


def description() -> dict[str, Any]:
    """What ``/openapi.json`` answers; settings of this process do not change it."""
    return create_app(Settings.model_construct(redis_url=SecretStr("redis://nowhere"))).openapi()


if __name__ == "__main__":
    json.dump(description(), sys.stdout, indent=1)
