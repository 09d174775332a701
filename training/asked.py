"""What a bundle's indexes will be asked: vectors of learners, of roles and of texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.bundle import behaviour
from models.collaborative import Factors, fold_in, recency
from models.index import NEARLY_ALL, VectorIndex
from models.signals import TEXT_WINDOW
from training.indexes import QUESTIONS, choose
from training.interactions import Interactions
from training.knowledge import Catalogue

Scalar = TypeVar("Scalar", bound=np.generic)


def of_texts(indexes: Mapping[str, VectorIndex], known: Interactions) -> dict[str, VectorIndex]:
    """Each index over what is compared by meaning, of the kind that serves it best.

    Credentials are looked for near to those that learners met last, and by words, for which the
    titles of roles stand in; roles and skills by words, for which the credentials' texts do.
    """
    vectors = {name: np.asarray(index.vectors()) for name, index in indexes.items()}
    texts = vectors.get("text")
    if texts is None:
        return {name: choose(each, each) for name, each in vectors.items()}
    half = QUESTIONS // 2
    asked = [*_profiles(texts, known)[:half], *_some(vectors.get("roles", texts), half)]
    questions = {"text": np.array(asked, np.float32)}
    return {
        name: choose(each, questions.get(name, _some(texts, QUESTIONS)))
        for name, each in vectors.items()
    }


def of_unmet(
    indexes: Mapping[str, VectorIndex],
    texts: NDArray[np.float32],
    known: Interactions,
    met: NDArray[np.bool_],
) -> dict[str, VectorIndex]:
    """The index, ``unmet``, over those ``texts`` (n, t) of which nobody has ``met`` (n,) what they
    are of; none where the ``text`` index among ``indexes`` does as well, since it compares each
    or hardly anything was met.
    """
    new = int(np.count_nonzero(~met))
    if "text" not in indexes or indexes["text"].facts.kind == "flat":
        return {}
    if not 0 < new < NEARLY_ALL * len(met):
        return {}
    return {"unmet": choose(texts[~met], np.array(_profiles(texts, known), np.float32))}


def of_factors(factors: Factors, known: Interactions) -> VectorIndex:
    """The index over credentials' factors, asked by learners' vectors."""
    folded = [
        fold_in(rows, recency(len(rows), factors.folding.decay), factors)
        for rows in _histories(known)
    ]
    vectors = np.asarray(factors.vectors)
    return choose(vectors, np.array(folded, np.float32).reshape(-1, vectors.shape[1]))


def _profiles(texts: NDArray[np.float32], known: Interactions) -> list[NDArray[np.float32]]:
    """The mean texts of what some learners met last."""
    return [texts[rows[-TEXT_WINDOW:]].mean(0) for rows in _histories(known)]


def with_behaviour(
    catalogue: Catalogue,
    arrays: Mapping[str, NDArray[Any]],
    known: Interactions,
    *,
    serving: bool,
) -> dict[str, VectorIndex]:
    """The catalogue's indexes, and the one over the factors among a bundle's ``arrays``, if there
    are any; for ``serving`` it is of the kind that does so best, and there is one of what nobody
    met.
    """
    indexes = dict(catalogue.indexes)
    if serving:
        texts, met = catalogue.arrays["text_vectors"], arrays["learners_of"] > 0
        indexes |= of_unmet(catalogue.indexes, texts, known, met)
    factors = behaviour(arrays).factors
    if factors is not None:
        vectors = np.asarray(factors.vectors)
        made = of_factors(factors, known) if serving else VectorIndex.build(vectors)
        indexes["collaborative"] = made
    return indexes


def _histories(known: Interactions) -> list[NDArray[np.int32]]:
    """What some learners met, oldest first."""
    met = np.flatnonzero(np.diff(known.indptr))
    cuts = [slice(int(known.indptr[i]), int(known.indptr[i + 1])) for i in _some(met, QUESTIONS)]
    return [known.credential[cut] for cut in cuts]


def _some(values: NDArray[Scalar], most: int) -> NDArray[Scalar]:
    """At most so many, evenly spread."""
    return values[:: max(1, -(-len(values) // most))]
