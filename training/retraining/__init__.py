"""The loop: what a service recorded becomes training data, a bundle, and what is served."""

from training.retraining.run import Job, retrain

__all__ = ["Job", "retrain"]
