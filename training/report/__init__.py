"""An evaluation, or a search, as one page that needs nothing else: no network, no scripts."""

from training.report.page import render
from training.report.saving import check, save
from training.report.tuned import tuned

__all__ = ["check", "render", "save", "tuned"]
