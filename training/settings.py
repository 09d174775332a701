"""Every setting of the training room, and its only place that reads the environment.

Each field is documented in ``docs/settings.md``; a test fails when one is not.
"""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where training puts what is not asked for by name; read from ``CAIRN_*`` variables."""

    model_config = SettingsConfigDict(
        env_prefix="CAIRN_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    var: Path = Path("var")

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
