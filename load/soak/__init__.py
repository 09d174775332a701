"""The service under a steady mix for a while: whether its memory stays level."""
