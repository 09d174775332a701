"""Open Badges 3.0 and CLR 2.0: what others certified of a learner, read, verified and kept."""
