"""Every setting of the training room, and its only place that reads the environment.

Each field is documented in ``docs/settings.md``; a test fails when one is not.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.records.people import People


class Settings(BaseSettings):
    """Where training puts what is not asked for by name; read from ``CAIRN_*`` variables."""

    model_config = SettingsConfigDict(
        env_prefix="CAIRN_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    var: Path = Path("var")
    tracking: bool = True
    actor_secret: SecretStr | None = Field(default=None, min_length=32)
    home_pages: tuple[str, ...] = ()
    mlflow_tracking_uri: str | None = Field(default=None, validation_alias="MLFLOW_TRACKING_URI")
    mlflow_experiment_name: str = Field(default="cairn", validation_alias="MLFLOW_EXPERIMENT_NAME")

    @property
    def bundles(self) -> Path:
        """The registry that new bundles go to."""
        return self.var / "bundles"

    @property
    def cache(self) -> Path:
        """Text vectors kept between runs."""
        return self.var / "cache"

    @property
    def work(self) -> Path:
        """Where parts are handed to workers, all of whom must see it."""
        return self.var / "work"

    @property
    def tracked(self) -> Path:
        """What is known of runs, unless a server knows it."""
        return self.var / "mlruns"

    @property
    def tracking_uri(self) -> str:
        """The store that runs are written to, as MLflow names it."""
        return self.mlflow_tracking_uri or f"sqlite:///{self.tracked.resolve() / 'mlflow.db'}"

    @property
    def studies(self) -> Path:
        """What was tried in search of better settings."""
        return self.var / "studies"

    def people(self, tenant: str) -> People:
        """The learners of a tenant, under the pseudonyms that the service gives them."""
        secret = None if self.actor_secret is None else self.actor_secret.get_secret_value()
        return People.of(tenant, secret, self.home_pages)


def environment(defaults: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process started from here, with ``defaults`` for what it lacks."""
    return {**defaults, **os.environ}
