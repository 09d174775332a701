"""The parts of the simulator: what is on offer, how a learner chooses, how time passes."""
