"""What every run did, told to MLflow: its settings, figures, curves, files, and how it ended."""

from training.tracking.run import Run, crown, started

__all__ = ["Run", "crown", "started"]
