"""Small histories for the tests of training."""

from __future__ import annotations

import numpy as np

from training.interactions import Interactions


def histories(*sequences: str, n_credentials: int = 26, dated: bool = True) -> Interactions:
    """One learner per word: the letters are credentials in the order they were met.

    A letter's time is its place in the word; anything else lets time pass.
    """
    learner, credential, at = [], [], []
    for row, sequence in enumerate(sequences):
        for time, letter in enumerate(sequence):
            if letter.isalpha():
                learner.append(row)
                credential.append(ord(letter) - ord("a"))
                at.append(float(time))
    return Interactions.build(
        np.array(learner, np.int32),
        np.array(credential, np.int32),
        np.array(at),
        n_learners=len(sequences),
        n_credentials=n_credentials,
        dated=dated,
    )


def letters(interactions: Interactions, learner: int) -> str:
    """The word that ``histories`` would read, without its gaps."""
    return "".join(chr(ord("a") + c) for c in interactions.credential[interactions.of(learner)])


def checkerboard(n_learners: int = 60, n_credentials: int = 24, met: int = 6) -> Interactions:
    """Even learners meet only even credentials and odd ones odd, in a seeded random order.

    Two learners more have no history. The right answer for a learner is their own colour.
    """
    rng = np.random.default_rng(7)
    rows = np.repeat(np.arange(n_learners), met)
    board = [
        2 * rng.permutation(n_credentials // 2)[:met] + learner % 2 for learner in range(n_learners)
    ]
    return Interactions.build(
        rows.astype(np.int32),
        np.concatenate(board).astype(np.int32),
        np.tile(np.arange(met, dtype=np.float64), n_learners),
        n_learners=n_learners + 2,
        n_credentials=n_credentials,
    )
