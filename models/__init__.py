"""What both halves of Cairn agree on: the domain, the maths of recommending, the bundle.

Pure functions over arrays: no HTTP, no Redis, no environment, no clock.
"""
