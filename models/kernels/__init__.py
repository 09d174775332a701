"""The inner loops of an answer, compiled."""
