"""An evaluation as one page that needs nothing else: no network, no scripts, no fonts."""

from training.report.page import render

__all__ = ["render"]
