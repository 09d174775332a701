"""The service beside a ceiling, peers and itself with repeated questions, in one run."""
