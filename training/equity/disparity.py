"""Differences between a group and all others, how sure they are, and what chance would do.

Intervals are percentile bootstraps. That a group differs at all is tried by permutation: by how
learners fall into the group at random (Fisher; Good, *Permutation tests*, 2000). Many are tried at
once, so p-values are corrected after Holm (*A simple sequentially rejective multiple test
procedure*, Scandinavian Journal of Statistics 6, 1979), and ``joint`` intervals hold together with
95 % (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 9_999
AT_ONCE: Final = 500
"""So many are drawn at once, so that memory stays bounded."""

LEVEL: Final = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison: ``values`` ``(m,)`` (NaN: not counted) inside and outside ``mask``."""

    measure: str
    attribute: str
    group: str
    values: NDArray[np.float64]
    mask: NDArray[np.bool_]


def cases_of(
    measure: str,
    attribute: str,
    masks: Mapping[str, NDArray[np.bool_]],
    values: NDArray[np.float64],
    least: int,
) -> Iterator[Case]:
    """A case for every group with at least ``least`` learners inside it and outside."""
    known = ~np.isnan(values)
    for group, mask in masks.items():
        if min(int((mask & known).sum()), int((~mask & known).sum())) >= least:
            yield Case(measure, attribute, group, values, mask)


def compare(cases: Sequence[Case], seed: int) -> list[dict[str, Any]]:
    """Each case, JSON-ready: the ``difference`` of the group's mean to that of all others, its
    95 % interval ``ci``, the interval ``joint`` that holds together with those of all cases, the
    p-value and that after Holm, and whether it is ``clear`` at 5 % after it.
    """
    found = [_compared(case, len(cases), seed) for case in cases]
    for each, corrected in zip(found, holm([each["p"] for each in found]), strict=True):
        each |= {"holm": corrected, "clear": corrected < LEVEL}
    return found


def holm(p: Sequence[float]) -> list[float]:
    """P-values corrected for being tried together, in the same order."""
    corrected, highest = [0.0] * len(p), 0.0
    for k, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        highest = max(highest, min(1.0, (len(p) - k) * p[i]))
        corrected[i] = highest
    return corrected


def _compared(case: Case, together: int, seed: int) -> dict[str, Any]:
    known = ~np.isnan(case.values)
    inside, outside = case.values[case.mask & known], case.values[~case.mask & known]
    difference = float(inside.mean() - outside.mean())
    drawn = _means(inside, seed) - _means(outside, seed + 1)
    edges = [LEVEL / 2, 1 - LEVEL / 2, LEVEL / 2 / together, 1 - LEVEL / 2 / together]
    low, high, lowest, highest = np.quantile(drawn, edges).tolist()
    return {
        "measure": case.measure,
        "attribute": case.attribute,
        "group": case.group,
        "learners": len(inside),
        "difference": difference,
        "ci": [low, high],
        "joint": [lowest, highest],
        "p": by_chance(inside, outside, seed),
    }


def by_chance(inside: NDArray[np.float64], outside: NDArray[np.float64], seed: int) -> float:
    """How often a difference of means as large comes about when learners fall into the two
    groups at random. Only how often each value is drawn matters, which is hypergeometric.
    """
    distinct, counts = np.unique(np.concatenate([inside, outside]), return_counts=True)
    rng, total = np.random.default_rng(seed), float(counts @ distinct)

    def apart(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.abs(sums / len(inside) - (total - sums) / len(outside))

    sums = np.concatenate(
        [
            rng.multivariate_hypergeometric(counts, len(inside), many, method="marginals")
            @ distinct
            for many in _batches()
        ]
    )
    as_large = apart(sums) >= apart(np.array([inside.sum()]))[0] - 1e-12
    return float((1 + as_large.sum()) / (1 + RESAMPLES))


def _means(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Means of bootstrap samples; see ``training.metrics.interval``."""
    distinct, counts = np.unique(values, return_counts=True)
    rng, odds = np.random.default_rng(seed), counts / len(values)
    drawn = [rng.multinomial(len(values), odds, many) @ distinct for many in _batches()]
    return np.concatenate(drawn) / len(values)


def _batches() -> list[int]:
    full, rest = divmod(RESAMPLES, AT_ONCE)
    return [AT_ONCE] * full + [rest] * bool(rest)
