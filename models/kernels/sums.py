"""Sums of sparse rows, kept for the columns that they meet.

A ``table`` has a row for each credential ``met``, in the order they are met. ``places`` (n,) is
one more than the place of each credential in it, 0 where it has none; one without gets the next,
its row of the table being ``blank`` (c,), while there is room in ``met``. ``count`` are met
before, and each kernel returns how many are after. Where a table holds several copies of its rows,
one below the other, and no room is left, ``shift`` says at which row the copy begins.

What is done for each entry is written out in every loop, and with unsigned places: a call there,
or a place that might count from the end, takes ten times as long as the sum.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, POINTERS, REAL, ROWS, TABLE, VALUES, compiled, read, written

MET = (written(types.int32), written(types.int32), written(types.float32, 2), VALUES, INT)


@compiled(INT, POINTERS, ROWS, VALUES, ROWS, TABLE, ROWS, POINTERS, *MET)
def add_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    values: NDArray[np.float32],
    rows: NDArray[np.int32],
    weights: NDArray[np.float32],
    into: NDArray[np.int32],
    shift: NDArray[np.int64],
    places: NDArray[np.int32],
    met: NDArray[np.int32],
    table: NDArray[np.float32],
    blank: NDArray[np.float32],
    count: int,
) -> int:
    """Add ``Σ_k weights[k, c] · matrix[rows[k]]`` to each column ``into[c]`` of the table."""
    for k in range(len(rows)):
        for at in range(indptr[rows[k]], indptr[rows[k] + 1]):
            column = np.uint32(indices[at])
            place = places[column]
            if place == 0:
                if count == len(met):
                    continue
                met[count] = column
                table[count, :] = blank
                count += 1
                places[column] = place = count
            line = table[np.uint32(place - 1 + shift[k])]
            for c in range(len(into)):
                line[np.uint32(into[c])] += weights[np.uint32(k), c] * values[at]
    return count


@compiled(INT, ROWS, VALUES, INT, *MET)
def put(
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    into: int,
    places: NDArray[np.int32],
    met: NDArray[np.int32],
    table: NDArray[np.float32],
    blank: NDArray[np.float32],
    count: int,
) -> int:
    """Set column ``into`` to ``values[row]`` for the credentials ``rows``; ``values`` are (n,)."""
    for k in range(len(rows)):
        column = np.uint32(rows[k])
        place = places[column]
        if place == 0:
            if count == len(met):
                continue
            met[count] = column
            table[count, :] = blank
            count += 1
            places[column] = place = count
        table[np.uint32(place - 1), into] = values[column]
    return count


@compiled(INT, POINTERS, ROWS, ROWS, ROWS, read(types.float64), REAL, REAL, INT, INT, *MET)
def add_near(
    indptr: NDArray[np.int64],
    credentials: NDArray[np.int32],
    chosen: NDArray[np.int32],
    latest: NDArray[np.int32],
    weights: NDArray[np.float64],
    onward: float,
    before: float,
    into: int,
    shift: int,
    places: NDArray[np.int32],
    met: NDArray[np.int32],
    table: NDArray[np.float32],
    blank: NDArray[np.float32],
    count: int,
) -> int:
    """Add each chosen journey's credentials to column ``into``, by ``weights``: from place
    ``latest`` on ``onward`` is kept with every step, and what lies before counts ``before``.
    """
    for i in range(len(chosen)):
        start = indptr[chosen[i]]
        for at in range(start, indptr[chosen[i] + 1]):
            column = np.uint32(credentials[at])
            place = places[column]
            if place == 0:
                if count == len(met):
                    continue
                met[count] = column
                table[count, :] = blank
                count += 1
                places[column] = place = count
            ahead = at - start - latest[i]
            near = onward ** (ahead - 1) if ahead > 0 else before * onward ** (-ahead)
            table[np.uint32(place - 1 + shift), into] += np.float32(weights[i] * near)
    return count


@compiled(INT, POINTERS, ROWS, POINTERS, ROWS, ROWS, written(types.int32), INT, INT, *MET)
def put_stacks(
    stacks: NDArray[np.int64],
    stack: NDArray[np.int32],
    parts: NDArray[np.int64],
    part: NDArray[np.int32],
    history: NDArray[np.int32],
    done: NDArray[np.int32],
    into: int,
    shift: int,
    places: NDArray[np.int32],
    met: NDArray[np.int32],
    table: NDArray[np.float32],
    blank: NDArray[np.float32],
    count: int,
) -> int:
    """Set column ``into``, for every part of a stack begun in ``history``, to the largest share of
    one that is done with it, and for a stack of which all is done to one.

    ``stacks`` and ``stack`` are the stacks that each credential counts towards, ``parts`` and
    ``part`` what each consists of; ``done`` (n,) are zeros to work with.
    """
    for k in range(len(history)):
        for at in range(stacks[history[k]], stacks[history[k] + 1]):
            done[stack[at]] += 1
    for k in range(len(history)):
        for at in range(stacks[history[k]], stacks[history[k] + 1]):
            begun = stack[at]
            size = parts[begun + 1] - parts[begun]
            whole = done[begun] >= size
            share = np.float32(min(1.0, (done[begun] + 1) / size))
            for which in range(parts[begun], parts[begun + 1] + whole):
                last = which == parts[begun + 1]
                column = np.uint32(begun if last else part[which])
                place = places[column]
                if place == 0:
                    if count == len(met):
                        continue
                    met[count] = column
                    table[count, :] = blank
                    count += 1
                    places[column] = place = count
                line = table[np.uint32(place - 1 + shift)]
                line[into] = max(line[into], share)
    return count
