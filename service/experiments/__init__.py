"""Variants of answers for groups of learners, and what came of them."""
