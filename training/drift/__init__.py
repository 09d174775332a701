"""Whether what a service meets is still what its bundle was trained on."""

from training.drift.report import measure

__all__ = ["measure"]
