"""An evaluation as one page that needs nothing else: no network, no scripts, no fonts."""

from training.report.page import render
from training.report.saving import check, save

__all__ = ["check", "render", "save"]
