"""What is summed over the skills of a role, against what it says it is, written plainly."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.kernels import gaps

N, SKILLS = 5, 3
ASSUMED, LEAST = 0.5, 1e-3
ENTRY = st.tuples(
    st.integers(0, N - 1),
    st.sampled_from([0.0, 0.25, 0.75, 1.0, np.nan]),
    st.sampled_from([0.5, 1.0]),
)
TAUGHT = st.lists(
    st.lists(ENTRY, max_size=6).map(lambda entries: sorted(entries, key=lambda each: each[0])),
    min_size=SKILLS,
    max_size=SKILLS,
)
ASKED = st.lists(
    st.tuples(
        st.integers(0, SKILLS - 1),
        st.sampled_from([0.25, 0.5, 1.0]),
        st.sampled_from([0.0, 0.5]),
        st.sampled_from([0.25, 0.5]),
    ),
    min_size=1,
    max_size=4,
)


@given(TAUGHT, ASKED, st.lists(st.booleans(), min_size=N, max_size=N), st.permutations(range(N)))
def test_of_a_credential_and_a_skill_the_strongest_way_counts(
    taught: list[list[tuple[int, float, float]]],
    asked: list[tuple[int, float, float, float]],
    shown: list[bool],
    order: list[int],
) -> None:
    indptr = np.cumsum([0, *map(len, taught)]).astype(np.int64)
    entries = [entry for skill in taught for entry in skill]
    indices = np.array([row for row, _, _ in entries], np.int32)
    levels, credit = (np.array([entry[i] for entry in entries], np.float32) for i in (1, 2))
    skills = np.array([skill for skill, _, _, _ in asked], np.int32)
    needed, covered, weight = (np.array([a[i] for a in asked], np.float32) for i in (1, 2, 3))

    wanted: dict[tuple[int, int], float] = {}
    for place, (skill, need, _, _) in enumerate(asked):
        for row, level, share in taught[skill]:
            reached = max(ASSUMED if np.isnan(level) else level, LEAST)
            best = wanted.get((place, row), 0.0)
            wanted[place, row] = max(best, min(1.0, reached / need) * share)

    room = sum(len(taught[skill]) for skill, _, _, _ in asked)
    rows, places = np.empty(room, np.int32), np.empty(room, np.int64)
    after = np.empty(room, np.float32)
    size = gaps.bearing(
        indptr, indices, levels, credit, skills, needed, ASSUMED, LEAST, rows, places, after
    )
    rows, places, after = rows[:size], places[:size], after[:size]
    pairs = zip(places.tolist(), rows.tolist(), strict=True)
    found = dict(zip(pairs, after.tolist(), strict=True))
    assert len(found) == size
    assert found.keys() == wanted.keys()
    np.testing.assert_allclose(list(found.values()), [wanted[pair] for pair in found], rtol=1e-6)

    closing = np.zeros(N, np.float32)
    most = gaps.close(rows, places, after, covered, weight, np.array(shown), closing)
    gains = [0.0] * N
    for (place, row), reached in wanted.items():
        gains[row] += shown[row] * max(reached - float(covered[place]), 0) * float(weight[place])
    np.testing.assert_allclose(closing, gains, atol=1e-6)
    assert most == max(closing)

    some = np.array(order[:3], np.int32)
    reaches = np.zeros((len(some), len(asked)), np.float32)
    gaps.alone(some, rows, places, after, np.zeros(N, np.int32), reaches)
    for i, row in enumerate(some.tolist()):
        each = [wanted.get((place, row), 0.0) for place in range(len(asked))]
        np.testing.assert_allclose(reaches[i], each, rtol=1e-6)


NEAR = st.lists(
    st.dictionaries(st.integers(0, SKILLS - 1), st.sampled_from([0.25, 0.5, 1.0])),
    min_size=SKILLS,
    max_size=SKILLS,
)
HAD = st.lists(st.tuples(st.integers(0, SKILLS - 1), st.sampled_from([0.25, 0.5, 1.0])), max_size=4)


@given(NEAR, HAD, HAD)
def test_what_is_held_counts_towards_all_it_is_near_to(
    near: list[dict[int, float]],
    had: list[tuple[int, float]],
    asked: list[tuple[int, float]],
) -> None:
    indptr = np.cumsum([0, *map(len, near)]).astype(np.int64)
    entries = [(other, near[skill][other]) for skill in range(SKILLS) for other in near[skill]]
    indices = np.array([other for other, _ in entries], np.int32)
    values = np.array([share for _, share in entries], np.float32)

    wanted = [
        (h, k, share, min(1.0, level / need) * share)
        for h, (skill, level) in enumerate(had)
        for other, share in near[skill].items()
        for k, (required, need) in enumerate(asked)
        if required == other
    ]

    skills, required = (np.array([skill for skill, _ in each], np.int32) for each in (had, asked))
    levels, needed = (np.array([level for _, level in each], np.float32) for each in (had, asked))
    room = len(had) * SKILLS * max(len(asked), 1)
    held, place = np.empty(room, np.int64), np.empty(room, np.int64)
    nearness, covers = np.empty(room, np.float32), np.empty(room, np.float32)
    size = gaps.counting(
        indptr, indices, values, skills, levels, required, needed, np.zeros(SKILLS, np.int32),
        np.empty(len(asked), np.int32), held, place, nearness, covers,
    )  # fmt: skip
    assert size == len(wanted)
    pairs = list(zip(held[:size].tolist(), place[:size].tolist(), strict=True))
    assert pairs == [(h, k) for h, k, _, _ in wanted]
    assert nearness[:size].tolist() == [share for _, _, share, _ in wanted]
    np.testing.assert_allclose(covers[:size], [covered for *_, covered in wanted], rtol=1e-6)
