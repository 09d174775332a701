"""Base models of what learners did: fitted once for the bundle, and once per fold."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.sparse import Csr
from models.trend import Trend
from training import fading, journeys, prior
from training.baselines.ease import LARGEST, Ease, solve
from training.baselines.neighbours import ItemKnn, cosines, nearest
from training.baselines.tuning import tune
from training.config import Config
from training.counts import Counts, count
from training.interactions import Interactions
from training.matrix import largest
from training.splits import Split
from training.spread import HERE, Spread
from training.steps import reach, weighed

SMOOTHING: Final = 1.0
"""Transitions out of a credential are divided by their sum plus this, so that few count little."""

KEPT: Final = 300
"""Entries kept per row of a matrix between credentials, the largest in size."""

DEFAULTS: Final = Config.model_validate({})

Arrays = dict[str, NDArray[Any]]


def fit(
    train: Interactions,
    roles: NDArray[np.int32],
    n_roles: int,
    ridge: float,
    spread: Spread = HERE,
    config: Config = DEFAULTS,
    half_life: float = prior.SLOWEST,
) -> Arrays:
    """Arrays of ``models.bundle.Behaviour``, the collaborative factors aside.

    ``roles`` ``(n_learners,)`` holds each learner's target role, -1 where unknown; ``ridge`` is
    the penalty of the item-to-item model, ``half_life`` is that of ``prior.fit``. What
    there is to count is counted by ``spread``.
    """
    n, longest = train.n_credentials, reach(max(config.slow, config.fast))
    counts = count(train, roles, n_roles, longest, spread)
    slow = weighed(counts.apart, longest, config.slow, n)
    fast = weighed(counts.apart, longest, config.fast, n)
    together = counts.together.matrix((n, n))
    arrays: Arrays = {"learners_of": together.diagonal().astype(np.float32)}
    arrays |= _named("following_slow", _shares(slow + config.backward * slow.T))
    arrays |= _named("following_fast", _shares(fast + config.backward * fast.T))
    arrays |= _named("preceding", _shares(csr_array(slow.T)))
    arrays |= _named("in_session", _shares(counts.sitting.matrix((n, n))))
    arrays |= _named("item_item", _item_item(together, ridge))
    arrays |= _named("followers", largest(counts.soon.matrix((n, n)), KEPT))
    arrays |= _by_role(counts, n_roles, n)
    arrays["pairs"], after_pair = journeys.after_pairs(counts.after_pair, n)
    arrays |= _named("after_pair", after_pair)
    taken, passing = journeys.journeys(train)
    arrays |= _plain("taken", taken) | _plain("passing", passing)
    arrays["begun_with"] = journeys.begun_with(counts.begun)
    lasting = arrays["learners_of"]
    if train.dated:
        arrays |= fading.fit(train)
        lasting = Trend.among(arrays).standing[:, -1]
    return arrays | {"prior": prior.fit(train, lasting, half_life)}


def best_ridge(known: Interactions, tuned: Split, seed: int) -> float:
    """The penalty of the item-to-item model with the best NDCG@10 on ``tuned``, a split of
    ``known``; the usual one where so much was met that neighbours stand in for the closed form.
    """
    closed_form = len(np.unique(known.credential)) <= LARGEST
    return tune(Ease(), tuned, seed)["ridge"] if closed_form else Ease.grid[0]["ridge"]


def _shares(counts: csr_array) -> csr_array:
    total = np.asarray(counts.sum(axis=1)) + SMOOTHING
    shares = csr_array(counts, copy=True)
    shares.data = shares.data / np.repeat(total, np.diff(shares.indptr))
    return largest(shares, KEPT)


def _item_item(together: csr_array, ridge: float) -> csr_array:
    if np.count_nonzero(together.diagonal()) > LARGEST:
        # The closed form grows with the third power of the catalogue; neighbours do not.
        usual = ItemKnn.grid[0]
        return largest(nearest(cosines(together, usual["shrink"]), int(usual["k"])), KEPT)
    inside, weights = solve(together, ridge)
    part = largest(csr_array(weights), KEPT).tocoo()
    return csr_array((part.data, (inside[part.row], inside[part.col])), shape=together.shape)


def _by_role(counts: Counts, n_roles: int, n: int) -> Arrays:
    """Share, of the learners seen who aim at a role, that met a credential."""
    size = counts.aiming.astype(np.float32)
    met = counts.for_role.matrix((n_roles, n))
    met.data = met.data / np.repeat(size, np.diff(met.indptr))
    return {"learners_for_role": size} | _named("popular_for_role", largest(met, KEPT))


def _named(name: str, matrix: csr_array) -> Arrays:
    rows = csr_array(matrix)
    rows.sort_indices()
    plain = Csr(
        rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data.astype(np.float32)
    )
    return _plain(name, plain)


def _plain(name: str, plain: Csr) -> Arrays:
    return {
        f"{name}.indptr": plain.indptr,
        f"{name}.indices": plain.indices,
        f"{name}.values": plain.values,
    }
