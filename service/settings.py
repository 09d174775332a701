"""Every setting of the service, and the only place of this room that reads the environment.

Each field is documented in ``docs/settings.md``; a test fails when one is not.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import UsageError
from service.schemas.fields import ORIGIN

OTLP_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""The standard's own name, so that one variable turns tracing on for a whole deployment."""


class Settings(BaseSettings):
    """What a deployment can choose; read from ``CAIRN_*`` variables, overridden by arguments."""

    model_config = SettingsConfigDict(
        env_prefix="CAIRN_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    var: Path = Path("var")
    bundle_url: str | None = Field(default=None, pattern="^[a-z0-9]+://")
    bundle: Path = Field(
        default_factory=lambda before: (
            before["var"] / ("bundles-cache" if before.get("bundle_url") else "bundles")
        )
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = Field(default=None, pattern=ORIGIN)
    workers: int = Field(default=1, ge=1, le=256)
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    log_format: Literal["text", "json"] = "text"
    demo_page: bool = False

    api_keys_file: Path | None = None
    demo_key: SecretStr | None = None
    tenants_file: Path | None = None
    lti_file: Path | None = None
    token_secret: SecretStr | None = Field(default=None, min_length=32)

    actor_secret: SecretStr | None = Field(default=None, min_length=32)
    home_pages: tuple[str, ...] = ()

    redis_url: SecretStr | None = None
    store_timeout: float = Field(default=0.5, gt=0, le=30)
    store_patience: float = Field(default=0.1, gt=0, le=30)
    store_connections: int = Field(default=32, ge=1, le=10_000)
    appendfsync: Literal["always", "everysec"] = "always"

    spool_bytes: int = Field(default=256_000_000, ge=65_536)

    decision_days: int = Field(default=90, ge=0, le=3_650)
    audit_days: int = Field(default=365, ge=1, le=3_650)
    experiments_file: Path | None = None

    repeat_seconds: float = Field(default=60.0, ge=0, le=3_600)
    repeat_bytes: int = Field(default=32_000_000, ge=0)
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    shutdown_timeout: int = Field(default=10, ge=0)
    metrics_dir: Path | None = None
    otlp_endpoint: str | None = Field(
        default=None, validation_alias=OTLP_ENDPOINT, pattern="^https?://"
    )

    @field_validator("bundle")
    @classmethod
    def _one_source(cls, bundle: Path, info: ValidationInfo) -> Path:
        """A folder that somebody named is not one to be pruned like a cache."""
        cache = info.data["var"] / "bundles-cache" if "var" in info.data else bundle
        if info.data.get("bundle_url") is not None and bundle != cache:
            raise ValueError("expected either this or CAIRN_BUNDLE_URL, not both")
        return bundle


def chosen(**arguments: Any) -> Settings:
    """Settings from the environment, save for the ``arguments`` that are not ``None``.

    Raises ``UsageError`` naming every variable with a wrong value.
    """
    try:
        return Settings(**{name: value for name, value in arguments.items() if value is not None})
    except ValidationError as error:
        wrong = [f"{variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors()]
        raise UsageError("\n".join(wrong)) from error


def variable(name: str) -> str:
    """The environment variable that sets the field ``name``."""
    return OTLP_ENDPOINT if name in (OTLP_ENDPOINT, "otlp_endpoint") else f"CAIRN_{name}".upper()


def share_metrics(folder: Path) -> None:
    """Make every worker process count into ``folder``, so that one scrape sees them all.

    The metrics library looks for this variable when it is first imported, which in a
    worker is after it inherited the parent's environment.
    """
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def bound_threads() -> None:
    """Let the number crunching of every worker process keep to one thread.

    The libraries look for these variables when they are loaded, which in a worker is after it
    inherited the parent's environment.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
