"""What leads to an item is asked of tables that are changed, and must be as if made anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import NOW

from models import features, gap, rank, signals
from models.bundle import Bundle
from models.domain import Ask, Learner, Target
from models.leads import STEPS_TRIED, rivals
from models.query import build


@pytest.mark.parametrize("length", [1, 2, 7])
def test_a_table_without_a_step_is_that_of_a_shorter_walk(tiny: Bundle, length: int) -> None:
    learner = Learner("somebody", history=tiny.histories.of("learner-03")[:length])
    query = build(tiny, Ask(learner, NOW, Target(id="bakery-role")))
    ranked = rank.rank(tiny, query)
    among = rivals(ranked)
    rows = among.some.rows
    steps = list(dict.fromkeys(query.walk.steps[::-1].tolist()))[:STEPS_TRIED]
    vectors = features.compared(tiny, ranked.known, rows)
    less = signals.without_each(tiny, query, ranked.known, steps, rows)
    for step, (walk, known) in zip(steps, less, strict=True):
        changed = among.table.copy()
        features.fill_walk(tiny, walk, NOW, known, rows, vectors, changed)
        shorter = replace(query, walk=query.walk.without(step))
        anew = signals.compute(tiny, shorter, gap.measure(tiny, shorter))
        wanted = features.matrix(tiny, shorter, anew, among.some)
        np.testing.assert_allclose(changed, wanted, rtol=1e-5, atol=1e-6)
        assert not np.array_equal(changed, among.table, equal_nan=True)
