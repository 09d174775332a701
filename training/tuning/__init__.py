"""The search for better settings: the whole pipeline, judged on an inner split only."""

from training.tuning.search import Tuned, tune

__all__ = ["Tuned", "tune"]
