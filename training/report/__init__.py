"""An evaluation, a run, a search or an audit as one page that needs nothing else: no network, no
scripts.
"""

from training.report.page import render, render_audit
from training.report.saving import check, save
from training.report.tuned import tuned

__all__ = ["check", "render", "render_audit", "save", "tuned"]
