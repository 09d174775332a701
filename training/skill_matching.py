"""What reads texts for the skills they speak of, learned from the table of skills alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.naming import Naming
from models.skill_matcher import ASKED, FEATURES, NAMED, SkillMatcher, evidence, unit
from models.tables import loads
from models.words import words
from training.embedder import Embedder
from training.framework import Framework
from training.progress import Progress

CHARACTERS: Final = 400
"""So much of a description is read."""

DESCRIBED: Final = 0.5
"""A skill's vector is that of its label and so much of that of its description."""

RIDGE: Final = 1_000.0
"""How many skills it takes before what their descriptions teach is believed."""

WIDTH: Final = 192
"""So many dimensions are kept: as good on the development sets as all 384, in half the time."""

QUESTIONS: Final = 400
FEWEST: Final = 30
"""How sure to be is learned from so many questions; of fewer skills nothing is."""

JUDGED: Final = 10
"""Skills of each question that are looked at."""

ALIKE: Final = 0.6
"""A skill so near to one that is meant is not counted as wrong: it may well be meant too."""

USUAL: Final = (-6.0, 7.0, 7.0, 1.0)
"""The odds where there is too little to learn them from."""

ADVERTS: Final = (
    "Experience with {} is required.",
    "You will {} together with a small team.",
    "Good {} skills.",
    "Responsible for {} and {}.",
    "We are looking for somebody who can {} and knows about {}.",
    "Knowledge of {}, ideally also of {}, is an advantage.",
)
"""What names are put into; sentences written for it."""

SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class _Question:
    """A text that speaks of the skills ``meant`` (rows). What made it is left out of what is
    known of them: their descriptions, if ``described``, and the names ``hidden``.
    """

    text: str
    meant: tuple[int, ...]
    described: bool = False
    hidden: tuple[int, ...] = ()


def fit(
    framework: Framework,
    labels: NDArray[np.float32],
    embedder: Embedder | None,
    progress: Progress,
) -> dict[str, NDArray[Any]]:
    """The arrays of a ``SkillMatcher`` for ``s`` skills with the vectors ``(s, d)`` of their
    labels; none without an embedder or skills.

    The same skills give the same arrays.
    """
    if embedder is None or not len(labels):
        return {}
    described = [(text or "")[:CHARACTERS] for text in framework.descriptions]
    with progress.stage("embed descriptions", len(set(described))) as advance:
        told = embedder.encode(described, advance)
    told[[not text for text in described]] = 0
    names = [
        [label, *loads(aliases, [])]
        for label, aliases in zip(framework.labels, framework.aliases, strict=True)
    ]
    whole = unit(labels + DESCRIBED * told)
    few = _few(whole)
    matcher = SkillMatcher(
        vectors=unit(whole @ few),
        turn=_turn(told, labels) @ few,
        asked=np.log1p(framework.asked).astype(np.float32),
        odds=np.array(USUAL, np.float32),
        naming=Naming.of(names),
    )
    if len(names) >= FEWEST:
        questions = list(_questions(names, framework.descriptions))
        with progress.stage("embed questions", len({each.text for each in questions})) as advance:
            vectors = embedder.encode([each.text for each in questions], advance)
        matcher = replace(matcher, odds=_odds(matcher, unit(labels @ few), questions, vectors))
    return matcher.arrays()


def _turn(told: NDArray[np.float32], labels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The matrix that takes descriptions ``(s, d)`` nearest to their labels ``(s, d)`` in least
    squares, held to the identity by ``RIDGE``.
    """
    held = RIDGE * np.eye(labels.shape[1])
    known = told[told.any(axis=1)].astype(np.float64)
    aim = labels[told.any(axis=1)].astype(np.float64)
    return np.linalg.solve(known.T @ known + held, known.T @ aim + held).astype(np.float32)


def _few(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The ``WIDTH`` directions ``(t, d)`` in which vectors ``(s, t)`` reach farthest."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return np.ascontiguousarray(axes[:, ::-1][:, :WIDTH], np.float32)


def _questions(
    names: Sequence[Sequence[str]], descriptions: Sequence[str | None]
) -> Iterator[_Question]:
    """Texts of which it is known what they speak of: first sentences of descriptions, and
    sentences of adverts around one or two names, of which most are then hidden.
    """
    rng = np.random.default_rng(0)
    starts = np.concatenate([[0], np.cumsum([len(each) for each in names])])
    for row in rng.integers(len(names), size=QUESTIONS // 2).tolist():
        text = descriptions[row]
        if text:
            yield _Question(SENTENCE.split(text)[0][:CHARACTERS], (row,), described=True)
    for number in range(QUESTIONS // 2):
        advert = ADVERTS[number % len(ADVERTS)]
        rows = rng.integers(len(names), size=advert.count("{}")).tolist()
        chosen = [int(rng.integers(len(names[row]))) for row in rows]
        said = [names[row][at] for row, at in zip(rows, chosen, strict=True)]
        hidden = [int(starts[row]) + at for row, at in zip(rows, chosen, strict=True) if at]
        yield _Question(advert.format(*said), tuple(rows), hidden=tuple(hidden))


def _odds(
    matcher: SkillMatcher,
    labels: NDArray[np.float32],
    questions: Sequence[_Question],
    vectors: NDArray[np.float32],
) -> NDArray[np.float32]:
    """The logistic regression of being meant on ``evidence``, held a little to ``USUAL``."""
    seen, meant = [], []
    for question, turned in zip(questions, matcher.turned(vectors), strict=True):
        meaning = matcher.vectors @ turned
        rows = list(question.meant)
        if question.described:
            meaning[rows] = labels[rows] @ turned
        covered = matcher.naming.names_covered([word.key for word in words(question.text)])
        covered[list(question.hidden)] = 0
        named = np.maximum.reduceat(covered, matcher.naming.starts)
        strength = meaning + NAMED * named + ASKED * matcher.asked
        best = np.argsort(-strength, kind="stable")[:JUDGED]
        right = np.isin(best, rows)
        near = (matcher.vectors[best] @ matcher.vectors[rows].T).max(axis=1) >= ALIKE
        judged = right | ~near
        seen.append(evidence(strength[best][None], named[best][None])[0][judged])
        meant.append(right[judged])
    x, y = np.concatenate(seen).astype(np.float64), np.concatenate(meant)

    def loss(odds: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        away = odds - USUAL
        logit = x @ odds
        value = np.logaddexp(0, np.where(y, -logit, logit)).sum() + (away**2).sum() / 2
        return float(value), x.T @ (expit(logit) - y) + away

    bounds = [(None, None)] + [(0.0, None)] * (FEATURES - 1)
    found = minimize(loss, np.array(USUAL), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, np.float32)
